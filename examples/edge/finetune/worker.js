// Learns someone's handwriting: POST { "images": [[64 numbers]...], "labels": [...] }. The last layer is trained on
// them within the request. The answer is what came of it, or with ?file the trained model as a download.
import * as fl from 'fourlane';
import { checkPixels, errorResponse, HttpError, readJson } from '../http.js';
import digits from './digits.safetensors';

const LIMIT = 262144; // bytes
const MAX_SAMPLES = 256;
const STEPS = 60;

// One model for every isolate. Each request begins with the weights of the file.
const model = fl.load(digits);
const weights = model.getWeights();
for (const layer of model.layers.slice(0, -1)) layer.trainable = false;

export default {
  async fetch(request) {
    try {
      const { images, labels } = checkSamples(await readJson(request, LIMIT));
      const result = fineTune(images, labels);
      if (!new URL(request.url).searchParams.has('file')) return Response.json(result);
      const headers = {
        'content-type': 'application/octet-stream',
        'content-disposition': 'attachment; filename="digits.safetensors"',
      };
      return new Response(model.save(), { headers });
    } catch (error) {
      return errorResponse(error, fl.FourlaneError);
    }
  },
};

/** Synchronous from the first line to the last, so that no other request can come between. */
function fineTune(images, labels) {
  model.setWeights(weights);
  model.compile({
    optimizer: fl.optimizers.adam({ learningRate: 0.01 }), // compile begins with a new optimizer's state
    loss: 'sparse_categorical_crossentropy',
    metrics: ['accuracy'],
  });
  const before = model.testOnBatch(images, labels);
  for (let step = 0; step < STEPS; step++) model.trainOnBatch(images, labels);
  const after = model.testOnBatch(images, labels);
  const predictions = model.predict(images).toArray();
  const best = predictions.map((row) => row.indexOf(Math.max(...row)));
  return { samples: images.length, steps: STEPS, before, after, predictions: best };
}

/** What the model cannot know: that pixels are 0 to 16, and how much one request may cost. */
function checkSamples(body) {
  const { images, labels } = body ?? {};
  if (!Array.isArray(images) || !Array.isArray(labels)) {
    throw new HttpError(400, 'Send { "images": [[64 numbers from 0 to 16], ...], "labels": [0 to 9, ...] }.');
  }
  if (images.length > MAX_SAMPLES) {
    throw new HttpError(400, `${images.length} images are too many: one request takes up to ${MAX_SAMPLES}.`);
  }
  images.forEach((pixels, i) => {
    checkPixels(pixels, `images[${i}]`);
  });
  if (!labels.every(Number.isInteger)) throw new HttpError(400, 'labels must be whole numbers.');
  return { images, labels };
}
