/** What a name alone does not show: things that are called with options, and features that are used. */
const small = (fl, ...layers) => {
  const model = fl.sequential([fl.layers.dense({ units: 1, inputShape: [2] }), ...layers]);
  model.compile({ optimizer: 'sgd', loss: 'mse' });
  return model;
};
const x = () => new Float32Array([1, 2, 3, 4]);
const y = () => new Float32Array([1, 0]);

/** Called with some options; an unknown one is an error with the code `unknown-option`. */
export const calls = {
  fit: ({ '': fl }, options) => new fl.Trainer(options),
  compile: ({ '': fl }, options) => small(fl).compile({ loss: 'mse', ...options }),
  evaluate: ({ '': fl }, options) => small(fl).evaluate(x(), y(), options),
  predict: ({ '': fl }, options) => small(fl).predict(x(), options),
  trainOnBatch: ({ '': fl }, options) => small(fl).trainOnBatch(x(), y(), options),
  testOnBatch: ({ '': fl }, options) => small(fl).testOnBatch(x(), y(), options),
  summary: ({ '': fl }, options) => small(fl).summary({ ...options, printFn: () => {} }),
  init: ({ '': fl }, options) => fl.init(options),
  trainTestSplit: ({ data }, options) => data.trainTestSplit([1, 2, 3, 4], options),
};

export const probes = {
  customLoss({ '': fl }) {
    const own = { ...fl.losses.huber(), name: 'own' };
    const model = small(fl);
    model.compile({ loss: own });
    return model.trainOnBatch(x(), y()).loss > 0;
  },
  customMetric({ '': fl }) {
    const own = { ...fl.metrics.meanAbsoluteError(), name: 'own' };
    const model = small(fl);
    model.compile({ loss: 'mse', metrics: [own] });
    return model.testOnBatch(x(), y()).own > 0;
  },
  addLoss({ '': fl }) {
    class Penalty extends fl.Layer {
      call(b, input) {
        b.penalize(input, 0, 100);
        return input;
      }
    }
    return small(fl, new Penalty()).testOnBatch(x(), y()).loss > small(fl).testOnBatch(x(), y()).loss;
  },
  severalOutputs({ '': fl }) {
    const input = fl.input({ shape: [2] });
    const shared = fl.layers.dense({ units: 2 });
    const outputs = [shared(input), shared(shared(input))];
    const model = fl.model({ inputs: input, outputs });
    model.compile({ loss: ['mse', 'mae'], lossWeights: [1, 2] });
    return model.trainOnBatch(x(), [x(), x()]).loss > 0;
  },
  nestedModels({ '': fl }) {
    const input = fl.input({ shape: [2] });
    const model = fl.model({ inputs: input, outputs: small(fl)(input) });
    return model.predict(x()).shape.join() === '2,1';
  },
  customLayer({ '': fl }) {
    class Twice extends fl.Layer {
      call(b, input) {
        return b.affine(input, 2, 0);
      }
    }
    return small(fl, new Twice()).trainOnBatch(x(), y()).loss > 0;
  },
  ownLayersInFiles({ '': fl }) {
    class Twice extends fl.Layer {
      call(b, input) {
        return b.affine(input, 2, 0);
      }
    }
    const bytes = small(fl, new Twice()).save();
    return fl.load(bytes, { layers: [Twice] }).layers.length === 2;
  },
  freezing({ '': fl }) {
    const model = small(fl);
    model.layers[0].trainable = false;
    model.compile({ loss: 'mse' });
    const before = model.getWeights()[0].data.join();
    model.trainOnBatch(x(), y());
    return model.getWeights()[0].data.join() === before;
  },
  seeds({ '': fl }) {
    const weights = () => {
      fl.setSeed(9);
      return small(fl).getWeights()[0].data.join();
    };
    const [first, second] = [weights(), weights()];
    return first === second;
  },
  plainArrays({ '': fl }) {
    return Array.isArray(
      small(fl)
        .predict([[1, 2]])
        .toArray(),
    );
  },
  safetensors({ '': fl }) {
    const bytes = small(fl).save();
    return new DataView(bytes.buffer).getUint32(4, true) === 0 && bytes[8] === '{'.charCodeAt(0);
  },
  scheduleOfOnesOwn({ '': fl }) {
    return fl.optimizers.sgd({ learningRate: (iteration) => 1 / (1 + iteration) }).learningRate === 1;
  },
  stringAliases({ '': fl }) {
    small(fl).compile({ loss: 'mse', optimizer: 'RMSprop', metrics: ['acc', 'mae'] });
    return true;
  },
};
