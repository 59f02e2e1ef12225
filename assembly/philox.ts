
/**
 * Philox4x32-10 (Salmon, Moraes, Dror, Shaw: Parallel Random Numbers: As Easy as 1, 2, 3; SC 2011): a keyed
 * bijection of a 128-bit counter. A value is a function of key and counter alone, so nothing depends on how
 * many values are drawn at a time, and a mask need not be stored to be had a second time.
 *
 * The key is the seed; the counter words are block, step, stream and attempt (for a mask, the replica). A group
 * is four neighbouring blocks, one to a lane: word w of block 4 g + l is number 16 g + 4 w + l of its stream.
 */

/** The multipliers of the rounds, then what the two halves of the key grow by. */
const TABLE: usize = memory.data<u32>([0xd2511f53, 0xcd9e8d57, 0x9e3779b9, 0xbb67ae85], 16);

const ROUNDS = 10;

/**
 * Hands the groups from `block` on to a Sink until `n` elements are written. A Sink has two methods, both
 * inlined: size(), the elements that it makes of a group, and put(y, x, count, parameter, w0, w1, w2, w3),
 * which takes the words of a group and writes its elements, only the first `count` if that is fewer than
 * size(). `x` and `parameter` are whatever the kernel needs.
 */
export function philox<Sink>(
  y: usize,
  x: usize,
  parameter: i32,
  key0: u32,
  key1: u32,
  block: u32,
  step: u32,
  stream: u32,
  attempt: u32,
  n: i32,
): void {
  const sink = changetype<Sink>(0);
  const bytes = <usize>sink.size() << 2;
  for (; n > 0; n -= sink.size()) {
    let w0 = i32x4.add(i32x4.splat(block), i32x4(0, 1, 2, 3));
    let w1 = i32x4.splat(step);
    let w2 = i32x4.splat(stream);
    let w3 = i32x4.splat(attempt);
    let k0 = i32x4.splat(key0);
    let k1 = i32x4.splat(key1);
    for (let round = 0; round < ROUNDS; round++) {
      const m0 = v128.load32_splat(TABLE);
      const m1 = v128.load32_splat(TABLE, 4);
      const low0 = i64x2.extmul_low_i32x4_u(w0, m0);
      const high0 = i64x2.extmul_high_i32x4_u(w0, m0);
      const low1 = i64x2.extmul_low_i32x4_u(w2, m1);
      const high1 = i64x2.extmul_high_i32x4_u(w2, m1);
      w0 = v128.xor(v128.xor(v128.shuffle<i32>(low1, high1, 1, 3, 5, 7), w1), k0);
      w1 = v128.shuffle<i32>(low1, high1, 0, 2, 4, 6);
      w2 = v128.xor(v128.xor(v128.shuffle<i32>(low0, high0, 1, 3, 5, 7), w3), k1);
      w3 = v128.shuffle<i32>(low0, high0, 0, 2, 4, 6);
      k0 = i32x4.add(k0, v128.load32_splat(TABLE, 8));
      k1 = i32x4.add(k1, v128.load32_splat(TABLE, 12));
    }
    sink.put(y, x, n, parameter, w0, w1, w2, w3);
    block += 4;
    y += bytes;
    x += bytes;
  }
}
