/** The relu with all of its options: a slope below a threshold, a ceiling above it. */
import { storePart } from './simd';

/**
 * y [n] = min(x, ceiling) where x > threshold, else below + slope * (x - threshold). In place allowed. An infinite
 * ceiling is none.
 */
export function rectify(
  y: usize,
  x: usize,
  slope: f32,
  ceiling: f32,
  threshold: f32,
  below: f32,
  n: i32,
): void {
  const s = f32x4.splat(slope);
  const top = f32x4.splat(ceiling);
  const bound = f32x4.splat(threshold);
  const base = f32x4.splat(below);
  for (; n > 0; n -= 4) {
    const v = v128.load(x);
    // A slope of 0 makes a constant, also of an infinite x.
    const fall = slope == 0 ? base : f32x4.add(base, f32x4.mul(s, f32x4.sub(v, bound)));
    const line = v128.or(fall, f32x4.ne(v, v));
    storePart(y, n, v128.bitselect(f32x4.pmin(v, top), line, f32x4.gt(v, bound)));
    x += 16;
    y += 16;
  }
}

/** Gradient of `rectify` from its input: dx [n] = dy * (x > threshold ? x < ceiling : slope). In place allowed. */
export function rectifyBackward(
  dx: usize,
  dy: usize,
  x: usize,
  slope: f32,
  ceiling: f32,
  threshold: f32,
  n: i32,
): void {
  const s = f32x4.splat(slope);
  const top = f32x4.splat(ceiling);
  const bound = f32x4.splat(threshold);
  for (; n > 0; n -= 4) {
    const v = v128.load(x);
    const d = v128.load(dy);
    const above = v128.and(d, f32x4.lt(v, top));
    storePart(dx, n, v128.bitselect(above, f32x4.mul(d, s), f32x4.gt(v, bound)));
    x += 16;
    dy += 16;
    dx += 16;
  }
}
