import { sizeOf } from '../shape.js';
import { spatial } from '../wasm/spatial.js';
import type { Builder } from './builder.js';
import type { Operand, Tape } from './tape.js';
import { PerBatch, type Size, scaleSize, Value } from './value.js';

/** What lies between pixels, in the order of the kernels. */
export const interpolations = ['nearest', 'bilinear', 'bicubic'] as const;
export type Interpolation = (typeof interpolations)[number];

/** What lies outside of an image, in the order of the kernels. */
export const fillModes = ['constant', 'nearest', 'reflect', 'wrap'] as const;
export type FillMode = (typeof fillModes)[number];

export interface ResizeOptions {
  /** Default 'bilinear'. */
  interpolation?: Interpolation;
  /** Whether all pixels count where the output is smaller. Default false. */
  antialias?: boolean;
}

/** Images [height, width, channels] at another size. */
export function resize(
  b: Tape,
  x: Operand,
  [height, width]: readonly [number, number],
  { interpolation = 'bilinear', antialias = false }: ResizeOptions = {},
): Value {
  const method = interpolations.indexOf(interpolation);
  const wide = antialias && interpolation !== 'nearest' ? 1 : 0;
  return [height, width].reduce((input: Value, outputs, axis) => {
    const inputs = input.shape[axis];
    if (outputs === inputs) return input;
    const shape = input.shape.map((size, i) => (i === axis ? outputs : size));
    const inner = sizeOf(shape.slice(axis + 1));
    const y = b.temporary(shape, input, { needsGradient: input.needsGradient });
    const count = rowsOf(input, sizeOf(shape.slice(0, axis)));
    b.emit(spatial, 'resample', y, input, method, wide, inputs, outputs, inner, count);
    b.onBackward(y, (dy) => {
      b.gradient(input, (dx) =>
        b.emit(spatial, 'resampleBackward', dx, dy, method, wide, inputs, outputs, inner, count),
      );
    });
    return y;
  }, b.value(x));
}

export interface AffineOptions {
  /** Default 'bilinear'. */
  interpolation?: 'nearest' | 'bilinear';
  /** Default 'constant'. */
  fillMode?: FillMode;
  /** What the constant is. Default 0. */
  fillValue?: number;
  /** Rows and columns of the output. Default: those of the input. */
  size?: readonly [number, number];
}

/**
 * Images [height, width, channels] of which the pixel (x, y) is taken from (a0 x + a1 y + a2, b0 x + b1 y + b2), with a
 * matrix a0 a1 a2 b0 b1 b2 for each. The matrices have no gradient.
 */
export function affineTransform(
  b: Tape,
  x: Operand,
  matrices: Value,
  { interpolation = 'bilinear', fillMode = 'constant', fillValue = 0, size }: AffineOptions = {},
): Value {
  const input = b.value(x);
  const [inHeight, inWidth, channels] = input.shape;
  const [height, width] = size ?? input.shape;
  const y = b.temporary([height, width, channels], input, { needsGradient: input.needsGradient });
  const bilinear = interpolation === 'bilinear' ? 1 : 0;
  const fill = fillModes.indexOf(fillMode);
  const sizes = [inHeight, inWidth, height, width, channels, rowsOf(input, 1)] as const;
  b.emit(spatial, 'affineTransform', y, input, matrices, bilinear, fill, fillValue, ...sizes);
  b.onBackward(y, (dy) => {
    b.gradient(input, (dx) =>
      b.emit(spatial, 'affineTransformBackward', dx, dy, matrices, bilinear, fill, ...sizes),
    );
  });
  return y;
}

/** The kernels that make matrices of draws; what their parameters mean stands in assembly/spatial/affine.ts. */
export type RandomMatrix = 'rotations' | 'translations' | 'zooms' | 'flips' | 'crops';

/** A random matrix for each of the images, from the seed, the step and the place in the batch; in training only. */
export function randomMatrices(
  b: Builder,
  images: Value,
  kind: RandomMatrix,
  [p0 = 0, p1 = 0, p2 = 0, p3 = 0]: readonly number[],
  stream?: number,
): Value {
  const draws = b.uniform(new Value([2], { batched: true }), 0, 1, stream);
  const matrices = b.temporary([6], images);
  const [height, width] = images.shape;
  b.emit(spatial, kind, matrices, draws, p0, p1, p2, p3, height, width, rowsOf(images, 1));
  return matrices;
}

/** `size` rows for each sample. */
function rowsOf({ batched }: Value, size: number): Size {
  return batched ? scaleSize(new PerBatch(1), size) : size;
}
