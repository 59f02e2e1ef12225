import { storeLanes } from './simd';

/** Elements whose sum is finished before the next ones are begun: they stay in the first-level cache. */
const BLOCK = 4096;

/** y [n] = keep y + share x. */
function blend(y: usize, x: usize, keep: f32, share: f32, n: i32): void {
  const kept = f32x4.splat(keep);
  const factor = f32x4.splat(share);
  const end = y + (<usize>(n & ~3) << 2);
  while (y < end) {
    v128.store(y, f32x4.add(f32x4.mul(kept, v128.load(y)), f32x4.mul(factor, v128.load(x))));
    y += 16;
    x += 16;
  }
  if (n & 3) {
    storeLanes(y, f32x4.add(f32x4.mul(kept, v128.load(y)), f32x4.mul(factor, v128.load(x))), n & 3);
  }
}

/**
 * y [n] = the sum over the replicas, in their order, of shares[r] * y_r [n]; y_r lies r * stride bytes behind y. At
 * `shares` stands how many replicas there are (i32), then the share of each (f32). One replica is left as it is.
 */
export function sumReplicas(y: usize, shares: usize, stride: i32, n: i32): void {
  const replicas = load<i32>(shares);
  for (let at = 0; at < n; at += BLOCK) {
    const block = y + (<usize>at << 2);
    let keep = load<f32>(shares, 4);
    for (let r = 1; r < replicas; r++) {
      const share = load<f32>(shares + (<usize>r << 2), 4);
      blend(block, block + <usize>r * <usize>stride, keep, share, min(n - at, BLOCK));
      keep = 1;
    }
  }
}
