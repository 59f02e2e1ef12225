/** The update rules of Keras 3, in float64, one parameter at a time. */

/** One parameter: its value and the state that the optimizer keeps for it. */
export interface Parameter {
  w: number;
  slots: number[];
}

export interface Optimizer {
  /** What each slot starts with. */
  slots: number[];
  /** The hyper-parameters h0, h1, ... of step t, counted from 1. */
  hyper: (lr: number, t: number) => number[];
  step: (p: Parameter, g: number, lr: number, t: number) => void;
}

const momentum = Math.fround(0.9);
const rho = 0.9;
const beta1 = 0.9;
const beta2 = 0.999;
const epsilon = 1e-7;

const alpha = (lr: number, t: number) => (lr * Math.sqrt(1 - beta2 ** t)) / (1 - beta1 ** t);

export const optimizers: Record<string, Optimizer> = {
  sgd: {
    slots: [],
    hyper: () => [],
    step: (p, g, lr) => {
      p.w -= lr * g;
    },
  },
  sgdMomentum: {
    slots: [0],
    hyper: () => [momentum],
    step: (p, g, lr) => {
      p.slots[0] = momentum * p.slots[0] - lr * g;
      p.w += p.slots[0];
    },
  },
  sgdNesterov: {
    slots: [0],
    hyper: () => [momentum],
    step: (p, g, lr) => {
      p.slots[0] = momentum * p.slots[0] - lr * g;
      p.w += momentum * p.slots[0] - lr * g;
    },
  },
  rmsprop: {
    slots: [0],
    hyper: () => [1 - rho, epsilon],
    step: (p, g, lr) => {
      p.slots[0] = rho * p.slots[0] + (1 - rho) * g * g;
      p.w -= (lr * g) / Math.sqrt(p.slots[0] + epsilon);
    },
  },
  adam: {
    slots: [0, 0],
    hyper: (lr, t) => [1 - beta1, 1 - beta2, epsilon, alpha(lr, t)],
    step: (p, g, lr, t) => {
      p.slots[0] += (g - p.slots[0]) * (1 - beta1);
      p.slots[1] += (g * g - p.slots[1]) * (1 - beta2);
      p.w -= (alpha(lr, t) * p.slots[0]) / (Math.sqrt(p.slots[1]) + epsilon);
    },
  },
  adagrad: {
    slots: [0.1],
    hyper: () => [epsilon],
    step: (p, g, lr) => {
      p.slots[0] += g * g;
      p.w -= (lr * g) / Math.sqrt(p.slots[0] + epsilon);
    },
  },
};

/** What every optimizer does before its own step: scale and clip the gradient, then decay the weight. */
export function update(
  optimizer: Optimizer,
  p: Parameter,
  g: number,
  t: number,
  { lr, scale = 1, clipvalue = Infinity, decay = 0 }: Settings,
): void {
  const clipped = Math.max(-clipvalue, Math.min(clipvalue, g * scale));
  p.w -= p.w * decay * lr;
  optimizer.step(p, clipped, lr, t);
}

export interface Settings {
  lr: number;
  scale?: number;
  clipvalue?: number;
  decay?: number;
}

/** clip / max(norm, clip), the factor of both kinds of clipping by norm. */
export function clipScale(gradients: ArrayLike<number>[], clip: number): number {
  let squares = 0;
  for (const g of gradients) for (let i = 0; i < g.length; i++) squares += g[i] ** 2;
  return clip / Math.max(Math.sqrt(squares), clip);
}
