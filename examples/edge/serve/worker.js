// Reads handwritten digits: POST { "pixels": [64 numbers from 0 to 16] }, the answer is the digit and how sure it is.
import { FourlaneError, load } from 'fourlane/infer';
import { checkPixels, errorResponse, readJson } from '../http.js';
import digits from './digits.safetensors';

const LIMIT = 4096; // bytes: 64 numbers take a few hundred

// Once for every isolate, not for every request. Nothing is compiled here: the platform did that with the upload.
const model = load(digits);

export default {
  async fetch(request) {
    try {
      const body = await readJson(request, LIMIT);
      const pixels = body?.pixels;
      checkPixels(pixels, 'pixels');
      // A batch of one image. That there are 64 numbers is checked by the model.
      const probabilities = [...model.predict([pixels]).data];
      const digit = probabilities.indexOf(Math.max(...probabilities));
      return Response.json({ digit, probabilities });
    } catch (error) {
      return errorResponse(error, FourlaneError);
    }
  },
};
