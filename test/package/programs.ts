/** Programs of a few lines that stand for what people bundle. */
const train = (model: string) => `
  ${model}
  model.compile({ optimizer: 'adam', loss: 'meanSquaredError', metrics: ['mae'] });
  await model.fit([[0, 1], [1, 0]], [[1], [0]], { epochs: 3, verbose: 0 });
  console.log(model.predict([[0, 1]]).shape.join());
`;

/** Builds, trains and predicts a dense network; with classes, with factories, and with those of `fl.layers`. */
export const denseClasses = `
  import { Dense, sequential } from 'fourlane';
  ${train(`const hidden = new Dense({ units: 4, activation: 'relu', inputShape: [2] });
  const model = sequential([hidden, new Dense({ units: 1 })]);`)}
`;
export const denseLayers = `
  import { sequential } from 'fourlane';
  import { dense } from 'fourlane/layers';
  ${train(`const hidden = dense({ units: 4, activation: 'relu', inputShape: [2] });
  const model = sequential([hidden, dense({ units: 1 })]);`)}
`;
export const denseFactories = `
  import * as fl from 'fourlane';
  ${train(`const hidden = fl.layers.dense({ units: 4, activation: 'relu', inputShape: [2] });
  const model = fl.sequential([hidden, fl.layers.dense({ units: 1 })]);`)}
`;
/** With a layer over spatial axes, whose kernels are a module of their own. */
export const convolutional = `
  import { Conv1D, Dense, Flatten, sequential } from 'fourlane';
  ${train(`const windows = new Conv1D({ filters: 4, kernelSize: 2, activation: 'relu', inputShape: [2, 1] });
  const model = sequential([windows, new Flatten(), new Dense({ units: 1 })]);`)}
`;
/** What it prints: the shape of the prediction. */
export const densePrints = '1,1';

export const inference = `
  import { load } from 'fourlane/infer';
  console.log(load(globalThis.modelFile).predict([[0, 1]]).shape.join());
`;
export const everything = `
  import * as fl from 'fourlane';
  globalThis.fl = fl;
`;
export const onlyTensor = `
  import { tensor } from 'fourlane';
  console.log(tensor([1, 2]).shape.join());
`;
export const nothing = ['', '/layers', '/data', '/workflow', '/datasets', '/images', '/infer', '/worker']
  .map((path) => `import 'fourlane${path}';`)
  .join('\n');
