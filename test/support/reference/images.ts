/** Images by their definitions, one pixel at a time in float64: flat samples [height, width, channels]. */
type Shape = readonly [height: number, width: number, channels: number];

/** The continuous kernels, at a distance in pixels; 'nearest' is the pixel that the place lies in. */
const kernels = {
  bilinear: (x: number) => Math.max(0, 1 - Math.abs(x)),
  // Keys 1981 with a = -0.5.
  bicubic(x: number) {
    const [a, d] = [-0.5, Math.abs(x)];
    if (d <= 1) return (a + 2) * d ** 3 - (a + 3) * d ** 2 + 1;
    return d < 2 ? a * d ** 3 - 5 * a * d ** 2 + 8 * a * d - 4 * a : 0;
  },
};

/** What each of `inputs` entries weighs for entry `o` of `outputs`. */
function weights(
  method: 'nearest' | 'bilinear' | 'bicubic',
  antialias: boolean,
  inputs: number,
  outputs: number,
  o: number,
): number[] {
  const ratio = inputs / outputs;
  const entries = Array.from({ length: inputs }, (_, i) => i);
  if (method === 'nearest') {
    const nearest = Math.floor((o + 0.5) * ratio);
    return entries.map((i) => (i === nearest ? 1 : 0));
  }
  const width = antialias ? Math.max(ratio, 1) : 1;
  const raw = entries.map((i) => kernels[method]((i - ((o + 0.5) * ratio - 0.5)) / width));
  const total = raw.reduce((sum, w) => sum + w, 0);
  return raw.map((w) => w / total);
}

export function resize(
  x: readonly number[],
  [rows, columns, channels]: Shape,
  [height, width]: readonly [number, number],
  method: 'nearest' | 'bilinear' | 'bicubic',
  antialias: boolean,
): number[] {
  const y: number[] = [];
  for (let h = 0; h < height; h++) {
    const down = weights(method, antialias, rows, height, h);
    for (let w = 0; w < width; w++) {
      const across = weights(method, antialias, columns, width, w);
      for (let c = 0; c < channels; c++) {
        let sum = 0;
        for (let i = 0; i < rows; i++) {
          for (let j = 0; j < columns; j++) sum += down[i] * across[j] * x[(i * columns + j) * channels + c];
        }
        y.push(sum);
      }
    }
  }
  return y;
}

/** Which entry of n stands at place i; undefined where the constant does. */
export function entryAt(i: number, n: number, fill: string): number | undefined {
  if (fill === 'nearest') return Math.min(Math.max(i, 0), n - 1);
  const wrapped = (period: number) => ((i % period) + period) % period;
  if (fill === 'wrap') return wrapped(n);
  if (fill === 'reflect') return Math.min(wrapped(2 * n), 2 * n - 1 - wrapped(2 * n));
  return i >= 0 && i < n ? i : undefined;
}

export interface AffineOptions {
  interpolation: 'nearest' | 'bilinear';
  fillMode: string;
  fillValue: number;
  size: readonly [number, number];
}

/** Pixel (w, h) is that of (a0 w + a1 h + a2, b0 w + b1 h + b2). */
export function affine(
  x: readonly number[],
  [rows, columns, channels]: Shape,
  [a0, a1, a2, b0, b1, b2]: readonly number[],
  { interpolation, fillMode, fillValue, size: [height, width] }: AffineOptions,
): number[] {
  const at = (i: number, j: number, c: number) => {
    const [row, column] = [entryAt(i, rows, fillMode), entryAt(j, columns, fillMode)];
    if (row === undefined || column === undefined) return fillValue;
    return x[(row * columns + column) * channels + c];
  };
  const round = (v: number) => Math.sign(v) * Math.floor(Math.abs(v) + 0.5);
  const y: number[] = [];
  for (let h = 0; h < height; h++) {
    for (let w = 0; w < width; w++) {
      const [across, down] = [a0 * w + a1 * h + a2, b0 * w + b1 * h + b2];
      for (let c = 0; c < channels; c++) {
        if (interpolation === 'nearest') y.push(at(round(down), round(across), c));
        else {
          let sum = 0;
          for (const i of [Math.floor(down), Math.floor(down) + 1]) {
            for (const j of [Math.floor(across), Math.floor(across) + 1]) {
              sum += (1 - Math.abs(down - i)) * (1 - Math.abs(across - j)) * at(i, j, c);
            }
          }
          y.push(sum);
        }
      }
    }
  }
  return y;
}
