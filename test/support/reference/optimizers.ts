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
  /** What is left to do once all parameters of a run have made their step. */
  finish?: (run: readonly Parameter[], lr: number, t: number) => void;
}

const momentum = Math.fround(0.9);
const rho = 0.9;
const beta1 = 0.9;
const beta2 = 0.999;
const lionBeta2 = 0.99;
const epsilon = 1e-7;
const [l1, l2, shrinkage, beta, ftrlPower] = [0.125, 0.25, 0.0625, 0.5, 0.75];

const scale = (t: number) => Math.sqrt(1 - beta2 ** t);
const alpha = (lr: number, t: number) => (lr * scale(t)) / (1 - beta1 ** t);
/** Nadam's momentum of step t, and the product of those up to t. */
const u = (t: number) => beta1 * (1 - 0.5 * 0.96 ** t);
const uProduct = (t: number): number => (t ? u(t) * uProduct(t - 1) : 1);

/** (1 - beta) of the way from an average to x. */
const averaged = (average: number, x: number, kept: number) => kept * average + (1 - kept) * x;

/** Moves both moments and returns them. */
function moments({ slots }: Parameter, g: number): [m: number, v: number] {
  slots[0] = averaged(slots[0], g, beta1);
  slots[1] = averaged(slots[1], g * g, beta2);
  return [slots[0], slots[1]];
}

function rms({ slots }: Parameter, g: number, lr: number, centered: boolean): number {
  slots[0] = averaged(slots[0], g * g, rho);
  if (!centered) return (lr * g) / Math.sqrt(slots[0] + epsilon);
  slots[1] = averaged(slots[1], g, rho);
  return (lr * g) / Math.sqrt(slots[0] - slots[1] ** 2 + epsilon);
}

/** m = momentum m + step */
function gathered({ slots }: Parameter, slot: number, step: number): number {
  slots[slot] = momentum * slots[slot] + step;
  return slots[slot];
}

function ftrl(power: number): Optimizer['step'] {
  return (p, g, lr) => {
    const grown = p.slots[0] + g * g;
    p.slots[1] += g + 2 * shrinkage * p.w - ((grown ** power - p.slots[0] ** power) / lr) * p.w;
    p.slots[0] = grown;
    const quadratic = grown ** power / lr + 2 * (l2 + beta / (2 * lr));
    p.w = (Math.max(-l1, Math.min(l1, p.slots[1])) - p.slots[1]) / quadratic;
  };
}

const ftrlHyper = (lr: number) => [1 / lr, 2 * l2 + beta / lr, l1, 2 * shrinkage, ftrlPower];

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
      p.w -= rms(p, g, lr, false);
    },
  },
  rmspropMomentum: {
    slots: [0, 0],
    hyper: () => [1 - rho, epsilon, momentum],
    step: (p, g, lr) => {
      p.w -= gathered(p, 1, rms(p, g, lr, false));
    },
  },
  rmspropCentered: {
    slots: [0, 0],
    hyper: () => [1 - rho, epsilon],
    step: (p, g, lr) => {
      p.w -= rms(p, g, lr, true);
    },
  },
  rmspropCenteredMomentum: {
    slots: [0, 0, 0],
    hyper: () => [1 - rho, epsilon, momentum],
    step: (p, g, lr) => {
      p.w -= gathered(p, 2, rms(p, g, lr, true));
    },
  },
  adam: {
    slots: [0, 0],
    hyper: (lr, t) => [1 - beta1, 1 - beta2, epsilon, alpha(lr, t)],
    step: (p, g, lr, t) => {
      const [m, v] = moments(p, g);
      p.w -= (alpha(lr, t) * m) / (Math.sqrt(v) + epsilon);
    },
  },
  amsgrad: {
    slots: [0, 0, 0],
    hyper: (lr, t) => [1 - beta1, 1 - beta2, epsilon, alpha(lr, t)],
    step: (p, g, lr, t) => {
      const [m, v] = moments(p, g);
      p.slots[2] = Math.max(p.slots[2], v);
      p.w -= (alpha(lr, t) * m) / (Math.sqrt(p.slots[2]) + epsilon);
    },
  },
  adamax: {
    slots: [0, 0],
    hyper: (lr, t) => [1 - beta1, beta2, epsilon, lr / (1 - beta1 ** t)],
    step: (p, g, lr, t) => {
      p.slots[0] = averaged(p.slots[0], g, beta1);
      p.slots[1] = Math.max(beta2 * p.slots[1], Math.abs(g));
      p.w -= (lr * p.slots[0]) / ((1 - beta1 ** t) * (p.slots[1] + epsilon));
    },
  },
  nadam: {
    slots: [0, 0],
    hyper: (lr, t) => [
      ...[1 - beta1, 1 - beta2, epsilon * scale(t)],
      (lr * scale(t) * u(t + 1)) / (1 - uProduct(t + 1)),
      (lr * scale(t) * (1 - u(t))) / (1 - uProduct(t)),
    ],
    step: (p, g, lr, t) => {
      const [m, v] = moments(p, g);
      const ahead = (u(t + 1) * m) / (1 - uProduct(t + 1)) + ((1 - u(t)) * g) / (1 - uProduct(t));
      p.w -= (lr * ahead) / (Math.sqrt(v / (1 - beta2 ** t)) + epsilon);
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
  adadelta: {
    slots: [0, 0],
    hyper: () => [1 - rho, epsilon],
    step: (p, g, lr) => {
      p.slots[0] = averaged(p.slots[0], g * g, rho);
      const step = (g * Math.sqrt(p.slots[1] + epsilon)) / Math.sqrt(p.slots[0] + epsilon);
      p.slots[1] = averaged(p.slots[1], step * step, rho);
      p.w -= lr * step;
    },
  },
  ftrl: { slots: [0.1, 0], hyper: ftrlHyper, step: ftrl(0.5) },
  ftrlPower: { slots: [0.1, 0], hyper: ftrlHyper, step: ftrl(ftrlPower) },
  lion: {
    slots: [0],
    hyper: () => [1 - beta1, 1 - lionBeta2],
    step: (p, g, lr) => {
      p.w -= lr * Math.sign(averaged(p.slots[0], g, beta1));
      p.slots[0] = averaged(p.slots[0], g, lionBeta2);
    },
  },
  lamb: {
    slots: [0, 0],
    hyper: (_, t) => [1 - beta1, 1 - beta2, epsilon * scale(t), scale(t) / (1 - beta1 ** t)],
    step: (p, g) => {
      moments(p, g);
    },
    finish: (run, lr, t) => {
      const steps = run.map(
        ({ slots: [m, v] }) => m / (1 - beta1 ** t) / (Math.sqrt(v / (1 - beta2 ** t)) + epsilon),
      );
      const weights = Math.hypot(...run.map(({ w }) => w));
      const norm = Math.hypot(...steps);
      const ratio = weights > 0 && norm > 0 ? weights / norm : 1;
      run.forEach((p, i) => {
        p.w -= ratio * lr * steps[i];
      });
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
