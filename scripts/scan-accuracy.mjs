// Compares the transcendental kernels with float64 over every float32, and prints the largest errors. Minutes a function.
import { readFileSync } from 'node:fs';

const { exp, expm1, log, log1p, tanh, abs, sqrt, PI, SQRT2, max } = Math;
const memory = new WebAssembly.Memory({ initial: 64, maximum: 65536 });
const module = new WebAssembly.Module(readFileSync(new URL('../build/core.wasm', import.meta.url)));
const { exports: kernels } = new WebAssembly.Instance(module, { env: { memory } });
const BLOCK = 1 << 18;
const [X, Y] = [1 << 20, 2 << 20];
const words = new Uint32Array(memory.buffer, X, BLOCK);
const x = new Float32Array(memory.buffer, X, BLOCK);
const y = new Float32Array(memory.buffer, Y, BLOCK);

/** The normal distribution function: Taylor series of erf, continued fraction of erfc where that would cancel. */
function normalShare(v) {
  const z = abs(v) / SQRT2;
  if (z < 2.5) {
    let [term, sum] = [z, z];
    for (let n = 1; abs(term) > 1e-18 * sum; n++) {
      term *= (-z * z) / n;
      sum += term / (2 * n + 1);
    }
    const half = sum / sqrt(PI);
    return v < 0 ? 0.5 - half : 0.5 + half;
  }
  let fraction = 0;
  for (let n = 60; n > 0; n--) fraction = n / 2 / (z + fraction);
  const tail = exp(-z * z) / sqrt(PI) / (z + fraction) / 2;
  return v < 0 ? tail : 1 - tail;
}

/** For each kernel what it computes, the range that counts, and in which units the error is stated. */
const functions = {
  exponential: { exact: exp, low: -87.3, high: 88.7, unit: 'ulp' },
  log: { exact: log, low: 2 ** -126, high: 3.4e38, unit: 'ulp' },
  sigmoid: { exact: (v) => 1 / (1 + exp(-v)), low: -87, high: 3.4e38, unit: 'ulp' },
  softplus: { exact: (v) => max(v, 0) + log1p(exp(-abs(v))), low: -87, high: 3.4e38, unit: 'ulp' },
  tanh: { exact: tanh, low: -3.4e38, high: 3.4e38, unit: 'ulp' },
  elu: { exact: (v) => (v > 0 ? v : expm1(v)), low: -3.4e38, high: 3.4e38, unit: 'ulp' },
  gelu: { exact: (v) => v * normalShare(v), low: -3.4e38, high: 12, unit: 'absolute' },
};

/** Half the distance between the float32 neighbours of a value is half of this. */
function ulpOf(value) {
  return 2 ** max(Math.floor(Math.log2(abs(value))) - 23, -149);
}

function scan(name, { exact, low, high, unit }) {
  let worst = { error: 0, at: 0 };
  for (let first = 0; first < 2 ** 32; first += BLOCK) {
    for (let i = 0; i < BLOCK; i++) words[i] = first + i;
    if (!x.some((v) => v >= low && v <= high)) continue;
    kernels[name](Y, X, 1, BLOCK);
    for (let i = 0; i < BLOCK; i++) {
      // Denormal arguments are not promised.
      if (!(x[i] >= low && x[i] <= high) || abs(x[i]) < 2 ** -126) continue;
      const expected = exact(x[i]);
      const difference = abs(y[i] - expected);
      if (difference <= worst.error && unit === 'absolute') continue;
      const error = unit === 'ulp' ? difference / ulpOf(expected) : difference;
      if (error > worst.error) worst = { error, at: x[i] };
    }
  }
  console.log(`${name}: ${worst.error.toPrecision(3)} ${unit} at ${worst.at}`);
}

const chosen = process.argv.slice(2);
for (const [name, entry] of Object.entries(functions)) {
  if (chosen.length === 0 || chosen.includes(name)) scan(name, entry);
}
