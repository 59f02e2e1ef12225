/** Multiplications and additions of one step of `peak`: 8 vectors of 4 lanes. */
export const FLOPS_PER_STEP: i32 = 8 * 4 * 2;

/**
 * The fastest strict multiply-add that SIMD128 allows: 8 independent sums a[i][j] += b[i] * c[j], as many as the
 * registers hold beside their factors. Each step loads other values of b, from 16 pairs of vectors, so that no product
 * can be taken out of the loop; c stays in registers.
 *
 * @param out receives the 8 sums, so that none of the work can be left out.
 */
export function peak(out: usize, b: usize, c: usize, steps: i32): void {
  const c0 = v128.load(c);
  const c1 = v128.load(c, 16);
  const c2 = v128.load(c, 32);
  const c3 = v128.load(c, 48);
  let a00 = f32x4.splat(0);
  let a01 = a00;
  let a02 = a00;
  let a03 = a00;
  let a10 = a00;
  let a11 = a00;
  let a12 = a00;
  let a13 = a00;
  while (steps > 0) {
    const at = b + ((<usize>(steps & 15)) << 5);
    const b0 = v128.load(at);
    const b1 = v128.load(at, 16);
    a00 = f32x4.add(a00, f32x4.mul(b0, c0));
    a01 = f32x4.add(a01, f32x4.mul(b0, c1));
    a02 = f32x4.add(a02, f32x4.mul(b0, c2));
    a03 = f32x4.add(a03, f32x4.mul(b0, c3));
    a10 = f32x4.add(a10, f32x4.mul(b1, c0));
    a11 = f32x4.add(a11, f32x4.mul(b1, c1));
    a12 = f32x4.add(a12, f32x4.mul(b1, c2));
    a13 = f32x4.add(a13, f32x4.mul(b1, c3));
    steps--;
  }
  v128.store(out, a00);
  v128.store(out, a01, 16);
  v128.store(out, a02, 32);
  v128.store(out, a03, 48);
  v128.store(out, a10, 64);
  v128.store(out, a11, 80);
  v128.store(out, a12, 96);
  v128.store(out, a13, 112);
}
