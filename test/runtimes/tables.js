/**
 * What the rows of the package's tables need beside their defaults. The scenario goes through the tables themselves, so
 * a new activation, loss or optimizer takes part by being there; a new layer needs a row here as well.
 */

/**
 * Layers: `options`; `shape` of a sample, 64 numbers in all (default [8, 8]); how many `inputs` (default 1); `raw` where
 * the layer reads the pixels 0 to 16 themselves, as an embedding does. A list is several cases of one layer.
 */
export const LAYERS = {
  activation: { options: { activation: 'tanh' } },
  add: { inputs: 2 },
  average: { inputs: 3 },
  concatenate: [{ inputs: 2 }, { inputs: 2, options: { axis: 1 } }],
  dense: [{ options: { units: 5 } }, { shape: [64], options: { units: 19, useBias: false } }],
  dropout: [{ options: { rate: 0.25 } }, { options: { rate: 0.5, seed: 7 } }],
  elu: {},
  flatten: {},
  input: {},
  leakyRelu: {},
  multiply: { inputs: 2 },
  relu: {},
  rescaling: { options: { scale: 0.5, offset: -0.25 } },
  reshape: { options: { targetShape: [4, -1] } },
  softmax: {},
};

/** Options of rows of the other tables, where the defaults leave something out; null is a function that is no row. */
export const OPTIONS = {
  activations: { gelu: { approximate: true } },
  callbacks: {
    earlyStopping: { patience: 1, restoreBestWeights: true },
    lambdaCallback: {},
  },
  initializers: { constant: { value: 0.01 } },
  losses: { sparseCategoricalCrossentropy: { ignoreClass: 3 } },
  metrics: {
    f1Score: { average: 'macro' },
    fBetaScore: { average: 'weighted', beta: 0.5 },
    precision: { topK: 2, classId: 1 },
    precisionAtRecall: { recall: 0.5 },
    recallAtPrecision: { precision: 0.5 },
    sensitivityAtSpecificity: { specificity: 0.5 },
    specificityAtSensitivity: { sensitivity: 0.5 },
  },
  optimizers: {
    sgd: { momentum: 0.9, nesterov: true, clipvalue: 0.5 },
    rmsprop: { weightDecay: 0.01 },
    adam: { globalClipnorm: 1 },
    adagrad: { clipnorm: 1 },
  },
  regularizers: { l1l2: { l1: 0.01, l2: 0.01 } },
};

/** The factories of a table by their names; classes, which begin with a capital, are left out. */
export function rows(table) {
  return Object.keys(table)
    .filter((name) => /^[a-z]/.test(name))
    .sort();
}

/** Makes each row of `fl[table]` with its options: a list of [name, object]. */
export function made(fl, table) {
  const names = rows(fl[table]).filter((name) => OPTIONS[table][name] !== null);
  return names.map((name) => [name, fl[table][name](OPTIONS[table][name])]);
}

/** @throws Error where the package has a table or a layer of which nothing is known here, or the other way round. */
export function checkTables(fl) {
  const isFunction = (value) => typeof value === 'function';
  const isTable = (name) => typeof fl[name] === 'object' && Object.values(fl[name]).every(isFunction);
  compare('table', Object.keys(fl).filter(isTable), ['layers', ...Object.keys(OPTIONS)]);
  compare('layer', rows(fl.layers), Object.keys(LAYERS));
}

function compare(kind, theirs, ours) {
  const [missing, left] = [theirs.filter((n) => !ours.includes(n)), ours.filter((n) => !theirs.includes(n))];
  if (missing.length)
    throw new Error(`The ${kind} ${missing.join(', ')} needs a row in test/runtimes/tables.js.`);
  if (left.length)
    throw new Error(`test/runtimes/tables.js has the ${kind} ${left.join(', ')}, which is no more.`);
}
