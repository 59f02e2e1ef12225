const STEPS = 16384;
const OUT = 1024;
const B = 2048;
const C = 4096;
const OUT_LANES = 8 * 4;
const B_LANES = 16 * 2 * 4;
const C_LANES = 4 * 4;

/** Where the module's own constants begin: behind what `openPeak` puts there. */
export const MEMORY_BASE = 8192;

/**
 * The strict SIMD multiply-add peak of assembly/peak.ts.
 *
 * @param {Uint8Array} binary the compiled module.
 * @returns {Promise<{ call: () => void, flops: number }>} a short call and the operations that it does.
 */
export async function openPeak(binary) {
  const { instance } = await WebAssembly.instantiate(binary);
  const { peak, memory, FLOPS_PER_STEP } = instance.exports;
  const call = () => peak(OUT, B, C, STEPS);
  new Float32Array(memory.buffer, B, B_LANES).fill(1);
  new Float32Array(memory.buffer, C, C_LANES).fill(1);
  call();
  if (new Float32Array(memory.buffer, OUT, OUT_LANES).some((sum) => sum !== STEPS)) {
    throw new Error('The peak kernel does not compute what it should.');
  }
  return { call, flops: FLOPS_PER_STEP.value * STEPS };
}
