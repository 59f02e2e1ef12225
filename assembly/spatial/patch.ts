import { storeLanes } from '../simd';

/**
 * Squares of pixels at the edges of images: kernels compute on whole tiles and whole vectors, and what stands over an
 * edge goes through a patch in scratch. Images are [height, width, channels].
 */

/** Bytes from pixel to pixel of a patch that is to be spread: whole vectors. */
// @ts-ignore: decorator
@inline
export function patchPixel(channels: i32): usize {
  return <usize>((channels + 3) & ~3) << 2;
}

/** Copies `n` values and up to 3 more. */
// @ts-ignore: decorator
@inline
function copyVectors(to: usize, from: usize, n: i32): void {
  for (; n > 0; n -= 4) {
    v128.store(to, v128.load(from));
    to += 16;
    from += 16;
  }
}

/** Sets `n` values and up to 3 more to 0. */
// @ts-ignore: decorator
@inline
function clearVectors(to: usize, n: i32): void {
  for (; n > 0; n -= 4) {
    v128.store(to, f32x4.splat(0));
    to += 16;
  }
}

/**
 * patch [size, size, channels] = the square of an image whose first pixel is (top, left), with zeros where there is no
 * image. It may be written up to 3 values past its end.
 */
export function gatherPatch(
  patch: usize,
  image: usize,
  top: i32,
  left: i32,
  size: i32,
  height: i32,
  width: i32,
  channels: i32,
): void {
  const line = <usize>(width * channels) << 2;
  const before = min(max(-left, 0), size);
  const cols = max(min(left + size, width) - max(left, 0), 0);
  const after = size - before - cols;
  // What a part of a row writes too much is overwritten by the next one.
  for (let row = top; row < top + size; row++) {
    if (row >= 0 && row < height) {
      clearVectors(patch, before * channels);
      const at = patch + (<usize>(before * channels) << 2);
      copyVectors(at, image + <usize>row * line + (<usize>(max(left, 0) * channels) << 2), cols * channels);
      clearVectors(at + (<usize>(cols * channels) << 2), after * channels);
    } else clearVectors(patch, size * channels);
    patch += <usize>(size * channels) << 2;
  }
}

// How a patch meets the image. The classes are never made: they only name code to be inlined.

// @ts-ignore: decorator
@final @unmanaged
export class Replace {
  // @ts-ignore: decorator
  @inline apply(_old: usize, value: v128): v128 {
    return value;
  }
}

// @ts-ignore: decorator
@final @unmanaged
export class Add {
  // @ts-ignore: decorator
  @inline apply(old: usize, value: v128): v128 {
    return f32x4.add(v128.load(old), value);
  }
}

function spreadPatch<How>(
  image: usize,
  patch: usize,
  top: i32,
  left: i32,
  size: i32,
  height: i32,
  width: i32,
  channels: i32,
): void {
  const pixel = patchPixel(channels);
  const cols = min(width - left, size);
  // Pixels without a gap between them are one run.
  const together = (channels & 3) == 0;
  for (let row = top; row < min(top + size, height); row++) {
    let to = image + (<usize>((row * width + left) * channels) << 2);
    if (together) spreadRun<How>(to, patch, cols * channels);
    else {
      let from = patch;
      for (let i = 0; i < cols; i++) {
        spreadRun<How>(to, from, channels);
        to += <usize>channels << 2;
        from += pixel;
      }
    }
    patch += <usize>size * pixel;
  }
}

function spreadRun<How>(to: usize, from: usize, n: i32): void {
  for (; n >= 4; n -= 4) {
    v128.store(to, changetype<How>(0).apply(to, v128.load(from)));
    to += 16;
    from += 16;
  }
  if (n) storeLanes(to, changetype<How>(0).apply(to, v128.load(from)), n);
}

/** The square of 2x2 pixels at (top, left) = patch, as far as it is in the image. */
export function storePatch(
  image: usize,
  patch: usize,
  top: i32,
  left: i32,
  height: i32,
  width: i32,
  channels: i32,
): void {
  spreadPatch<Replace>(image, patch, top, left, 2, height, width, channels);
}

/** The square of 4x4 pixels at (top, left) += patch. */
export function addPatch(
  image: usize,
  patch: usize,
  top: i32,
  left: i32,
  height: i32,
  width: i32,
  channels: i32,
): void {
  spreadPatch<Add>(image, patch, top, left, 4, height, width, channels);
}
