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

  /** Ends its thread in one way or the other when the program of a training is built. */
  class Bomb extends fl.Layer {
    static className = 'Bomb';
    constructor({ fuse, ...options }) {
      super(options);
      this.fuse = fuse;
    }
    call(b, x) {
      if (b.training) this.#explode();
      return x;
    }
    getConfig() {
      return { ...super.getConfig(), fuse: this.fuse };
    }
    #explode() {
      if (this.fuse === 'exit') process.exit(7);
      if (this.fuse === 'type') throw new TypeError('the fuse is lit');
      setTimeout(() => {
        throw new Error('nobody catches this');
      });
    }
  }

  fl.register('a loss of one row', (b, yTrue, yPred) =>
    b.mean(b.apply('absolute', b.subtract(yPred, yTrue))),
  );
  return [Scale, Bomb];
};
