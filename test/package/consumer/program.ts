/** What a user of the types writes; compiled in a folder into which the package was installed. */
import * as fl from 'fourlane';
import { StandardScaler } from 'fourlane/data';
import { digits } from 'fourlane/datasets';
import { encodePng, type Image, imageGrid } from 'fourlane/images';
import { type KernelModule, load } from 'fourlane/infer';
import { Dense, dense } from 'fourlane/layers';
import { fileStore } from 'fourlane/node';
import * as worker from 'fourlane/worker';
import { learningCurves } from 'fourlane/workflow';

const { x, y } = digits();
const scaled: fl.Tensor = new StandardScaler().fitTransform(x);
const model: fl.Sequential = fl.sequential([
  fl.layers.dense({ units: 16, activation: 'relu', inputShape: [64] }),
  new fl.Dense({ units: 10, activation: 'softmax' }),
]);
model.compile({ optimizer: fl.optimizers.adam(), loss: 'sparse_categorical_crossentropy', metrics: ['acc'] });
const history: fl.History = await model.fit(scaled, y, { epochs: 2, callbacks: [new fl.EarlyStopping()] });
const losses: readonly (number | null)[] = history.history.loss;
const file: Uint8Array = model.save();
const kernels: readonly KernelModule<object>[] = [fl.core];
const predicted: fl.Tensor = load(file, { kernels }).predict(scaled);
const layer: fl.Dense = dense({ units: 1 });
const same: fl.Layer = new Dense({ units: 1 });
const step: fl.TrainStep<{ image: [64] }> = fl.trainStep({
  inputs: { image: [64] },
  loss: (b, { image }) => b.loss('mse', b.call(model, image), 0),
  parameters: model,
});
const { loss }: fl.Logs = step({ image: scaled });
const picture: Image = imageGrid(x, { shape: [8, 8] });
await fileStore('output').write('digits.png', await encodePng(picture));
await fileStore('output').write('curves.svg', learningCurves(history));

export { layer, loss, losses, predicted, same, worker };

// @ts-expect-error: units are a number
fl.layers.dense({ units: '16' });
// @ts-expect-error: as those of fl.layers
dense({ units: '16' });
// @ts-expect-error: there is no such activation
fl.layers.dense({ units: 16, activation: 'rellu' });
// @ts-expect-error: losses are told to compile, not to fit
await model.fit(scaled, y, { loss: 'mse' });
