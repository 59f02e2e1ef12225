import { storePart } from './simd';

/**
 * y [n] = the sum over the replicas, in their order, of shares[r] * y_r [n]; y_r lies r * stride bytes behind y. At
 * `shares` stands how many replicas there are (i32), then the share of each (f32). One replica is left as it is.
 */
export function sumReplicas(y: usize, shares: usize, stride: i32, n: i32): void {
  const replicas = load<i32>(shares);
  if (replicas == 1) return;
  const end = shares + (<usize>replicas << 2);
  for (; n > 0; n -= 4) {
    let share = shares + 4;
    let from = y;
    let sum = f32x4.mul(v128.load32_splat(share), v128.load(from));
    while (share < end) {
      share += 4;
      from += <usize>stride;
      sum = f32x4.add(sum, f32x4.mul(v128.load32_splat(share), v128.load(from)));
    }
    storePart(y, n, sum);
    y += 16;
  }
}
