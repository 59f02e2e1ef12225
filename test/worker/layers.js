/** A loss of one's own, which is known by the same name on both sides. */
export const rowLoss = (b, yTrue, yPred) => b.mean(b.apply('absolute', b.subtract(yPred, yTrue)));

/** Layers of one's own, for both sides: each hands in its own library. */
export const layers = (fl) => {
  /** Multiplies by a trained factor. */
  class Scale extends fl.Layer {
    static className = 'Scale';
    build(b, shape) {
      this.factor = b.parameter({ name: 'factor', shape: [shape.at(-1)], initializer: 'ones' });
    }
    call(b, x) {
      return b.multiply(x, this.factor);
    }
  }

  /** Is asked for its weights when training begins, and then ends its thread in one way or the other. */
  class Bomb extends fl.Layer {
    static className = 'Bomb';
    constructor({ fuse, ...options }) {
      super(options);
      this.fuse = fuse;
    }
    call(_b, x) {
      return x;
    }
    getConfig() {
      return { ...super.getConfig(), fuse: this.fuse };
    }
    trainableParameters() {
      if (this.fuse === 'exit') process.exit(7);
      if (this.fuse === 'type') throw new TypeError('the fuse is lit');
      setTimeout(() => {
        throw new Error('nobody catches this');
      });
      return [];
    }
  }

  fl.register('a loss of one row', (b, yTrue, yPred) =>
    b.mean(b.apply('absolute', b.subtract(yPred, yTrue))),
  );
  return [Scale, Bomb];
};
