/** A derivative from differences, and how far it can be trusted. */
export interface Difference {
  readonly value: number;
  /** What the steps disagree by, with the rounding of the function. */
  readonly uncertainty: number;
}

/** The step sizes: from 1/8 by halves to 1/4096. */
const FIRST = 1 / 8;
const LEVELS = 10;

/**
 * f'(0) by central differences with Richardson's extrapolation: for each step h the estimate (4 d(h/2) - d(h)) / 3,
 * whose error falls with h^4, while that of the rounding of f grows with 1/h. Of all steps the one counts at which
 * estimates agree best.
 *
 * @param f the function, for arguments that float32 may have rounded: returns the true argument and the value.
 * @param noise what a value of f may be off by.
 * @param enough an uncertainty that is small enough to stop at.
 */
export function differentiate(
  f: (by: number) => readonly [at: number, value: number],
  noise: number,
  enough: number,
): Difference {
  let best: Difference = { value: Number.NaN, uncertainty: Number.POSITIVE_INFINITY };
  let coarser = Number.NaN;
  let estimate = Number.NaN;
  for (let level = 0; level < LEVELS; level++) {
    const h = FIRST / 2 ** level;
    const [right, above] = f(h);
    const [left, below] = f(-h);
    const slope = (above - below) / (right - left);
    const next = (4 * slope - coarser) / 3;
    const uncertainty = Math.abs(next - estimate) + noise / h;
    if (uncertainty < best.uncertainty) best = { value: next, uncertainty };
    if (uncertainty <= enough) break;
    [coarser, estimate] = [slope, next];
  }
  return best;
}

/**
 * Whether f has a kink or a jump at 0: the slopes on both sides stay further apart than `least` as the steps get smaller.
 */
export function isKink(f: (by: number) => readonly [at: number, value: number], least: number): boolean {
  const [, here] = f(0);
  const gap = (h: number) => {
    const [right, above] = f(h);
    const [left, below] = f(-h);
    return Math.abs((above - here) / right - (below - here) / left);
  };
  const [wide, narrow] = [gap(1 / 64), gap(1 / 1024)];
  return narrow > least && !(narrow < wide / 4);
}
