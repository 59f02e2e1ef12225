/** The shapes of a convolution: lists of sizes for each spatial axis, any number of axes. */
export interface ConvolutionCase {
  batch: number;
  input: number[];
  channels: number;
  kernel: number[];
  filters: number;
  strides?: number[];
  dilation?: number[];
  padding?: 'valid' | 'same' | 'causal';
  groups?: number;
}

export interface Terms {
  output: number[];
  /** Calls `term` for every product that the definition sums: indices into y, x and kernel. */
  each(term: (y: number, x: number, kernel: number) => void): void;
}

/** The definition: y[p, f] = sum over the entries e of a window and the channels of its group x[p s + e d - front, c] k[e, c, f]. */
export function convolutionTerms(shapes: ConvolutionCase): Terms {
  const { batch, input, channels, kernel, filters, groups = 1, padding = 'valid' } = shapes;
  const { strides = input.map(() => 1), dilation = input.map(() => 1) } = shapes;
  const reach = kernel.map((size, i) => (size - 1) * dilation[i] + 1);
  const output = input.map((size, i) => {
    if (padding === 'same') return Math.ceil(size / strides[i]);
    const ahead = padding === 'causal' ? reach[i] - 1 : 0;
    return Math.floor((size + ahead - reach[i]) / strides[i]) + 1;
  });
  const front = input.map((size, i) => {
    if (padding === 'causal') return reach[i] - 1;
    if (padding === 'valid') return 0;
    return Math.floor(Math.max((output[i] - 1) * strides[i] + reach[i] - size, 0) / 2);
  });
  const [inGroup, outGroup] = [channels / groups, filters / groups];
  const each: Terms['each'] = (term) => {
    for (let sample = 0; sample < batch; sample++) {
      for (const p of points(output)) {
        for (const e of points(kernel)) {
          const at = p.map((position, i) => position * strides[i] + e[i] * dilation[i] - front[i]);
          if (at.some((index, i) => index < 0 || index >= input[i])) continue;
          const [yRow, xRow, kRow] = [flat(p, output, sample), flat(at, input, sample), flat(e, kernel, 0)];
          for (let f = 0; f < filters; f++) {
            const first = Math.floor(f / outGroup) * inGroup;
            for (let c = 0; c < inGroup; c++) {
              term(yRow * filters + f, xRow * channels + first + c, (kRow * inGroup + c) * filters + f);
            }
          }
        }
      }
    }
  };
  return { output, each };
}

/**
 * Its transpose: y[i s + e d - front, f] = sum over the entries i of x and e of the kernel x[i, c] k[e, f, c]. 'same'
 * keeps input * stride of what is reached, 'valid' all of it, and at least that.
 */
export function transposedTerms(shapes: ConvolutionCase): Terms {
  const { batch, input, channels, kernel, filters, padding = 'valid' } = shapes;
  const { strides = input.map(() => 1), dilation = input.map(() => 1) } = shapes;
  const full = input.map((size, i) => (size - 1) * strides[i] + (kernel[i] - 1) * dilation[i] + 1);
  const even = input.map((size, i) => size * strides[i]);
  const output = full.map((size, i) => (padding === 'same' ? even[i] : Math.max(size, even[i])));
  const front = full.map((size, i) => Math.max(0, Math.floor((size - output[i]) / 2)));
  const each: Terms['each'] = (term) => {
    for (let sample = 0; sample < batch; sample++) {
      for (const p of points(input)) {
        for (const e of points(kernel)) {
          const at = p.map((position, i) => position * strides[i] + e[i] * dilation[i] - front[i]);
          if (at.some((index, i) => index < 0 || index >= output[i])) continue;
          const [xRow, yRow, kRow] = [flat(p, input, sample), flat(at, output, sample), flat(e, kernel, 0)];
          for (let f = 0; f < filters; f++) {
            for (let c = 0; c < channels; c++) {
              term(yRow * filters + f, xRow * channels + c, (kRow * filters + f) * channels + c);
            }
          }
        }
      }
    }
  };
  return { output, each };
}

/** All index tuples within the sizes, the last index fastest. */
function points(sizes: number[]): number[][] {
  return sizes.reduce<number[][]>(
    (heads, size) => heads.flatMap((head) => Array.from({ length: size }, (_, i) => [...head, i])),
    [[]],
  );
}

function flat(point: number[], sizes: number[], sample: number): number {
  return point.reduce((index, at, i) => index * sizes[i] + at, sample);
}
