import { type NumberArray, type ShapedData, Tensor, tensor } from '../data/tensor.js';
import { ConfigError, RuntimeUnsupportedError, ShapeError, ValueError } from '../errors.js';
import { checkChoice, checkOptions } from '../names.js';
import { formatShape } from '../shape.js';

/** Decoded pixels, row by row: an ImageData, or what a decoder of image files returns. */
export interface Pixels {
  /** Bytes: 1 (grey), 3 (red, green, blue) or 4 (with opacity) for each pixel. */
  readonly data: Uint8ClampedArray | Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** A canvas, as far as it is needed here: an HTMLCanvasElement or an OffscreenCanvas. */
export interface Canvas {
  width: number;
  height: number;
  getContext(kind: '2d'): unknown;
}

/** What a canvas can draw and that says its size: an ImageBitmap, an image or video element, a VideoFrame. */
export interface Drawable {
  readonly width?: number;
  readonly height?: number;
  readonly displayWidth?: number;
  readonly displayHeight?: number;
}

export interface FromPixelsOptions {
  /** 1 for grey, 3 for red, green and blue, 4 for these and opacity. Default 3. */
  channels?: 1 | 3 | 4;
}

/** What is used of the two-dimensional context of a canvas. */
interface Context {
  drawImage(image: unknown, x: number, y: number): void;
  getImageData(x: number, y: number, width: number, height: number): Pixels;
  createImageData(width: number, height: number): { readonly data: Uint8ClampedArray };
  putImageData(pixels: unknown, x: number, y: number): void;
}

/**
 * An image as a tensor of bytes [height, width, channels]. From colours grey is their weighted mean (ITU-R BT.601), as in
 * Keras; opacity is left out unless there are four channels.
 *
 * @throws ShapeError where there are not 1, 3 or 4 bytes for each pixel; ValueError for something that is no image;
 *   RuntimeUnsupportedError `no-canvas` for a bitmap where nothing can draw it.
 */
export function fromPixels(
  image: Pixels | Canvas | Drawable,
  { channels = 3, ...options }: FromPixelsOptions = {},
): Tensor {
  checkOptions(options, [], 'fromPixels');
  checkChoice(channels, 'fromPixels: channels', [1, 3, 4]);
  const { data, width, height } = pixelsOf(image);
  const count = width * height;
  const own = data.length / count;
  if (count === 0 || ![1, 3, 4].includes(own)) {
    throw new ShapeError(
      'data-shape',
      `fromPixels: an image of ${width} x ${height} pixels has 1, 3 or 4 bytes for each, but got ${data.length}.`,
    );
  }
  const bytes = new Uint8Array(count * channels);
  for (let i = 0; i < count; i++) {
    const [from, to] = [i * own, i * channels];
    const red = data[from];
    const green = own === 1 ? red : data[from + 1];
    const blue = own === 1 ? red : data[from + 2];
    if (channels === 1) {
      bytes[to] = own === 1 ? red : Math.round(0.299 * red + 0.587 * green + 0.114 * blue);
      continue;
    }
    bytes[to] = red;
    bytes[to + 1] = green;
    bytes[to + 2] = blue;
    if (channels === 4) bytes[to + 3] = own === 4 ? data[from + 3] : 255;
  }
  return new Tensor(bytes, [height, width, channels]);
}

/**
 * An image [height, width] or [height, width, 1, 3 or 4] as red, green, blue and opacity of each pixel, as an ImageData
 * has them; drawn on the canvas, where there is one, which then has the size of the image. Bytes and whole numbers go
 * from 0 to 255, others from 0 to 1.
 *
 * @throws ShapeError for other shapes; ValueError for other values.
 */
export function toPixels(
  image: Tensor | ShapedData | NumberArray,
  canvas?: Canvas,
): { data: Uint8ClampedArray<ArrayBuffer>; width: number; height: number } {
  const { data: values, shape, dtype, scale, offset } = tensor(image as ShapedData);
  const [height, width, channels = 1] = shape;
  if (shape.length < 2 || shape.length > 3 || ![1, 3, 4].includes(channels) || values.length === 0) {
    throw new ShapeError(
      'data-shape',
      `toPixels takes an image [height, width] or [height, width, 1, 3 or 4], but got ${formatShape(shape)}.`,
    );
  }
  const whole = (dtype === 'uint8' || dtype === 'int32') && scale === 1 && offset === 0;
  const byteAt = (i: number) => {
    const byte = (values[i] * scale + offset) * (whole ? 1 : 255);
    if (byte > -0.5 && byte < 255.5) return byte;
    throw new ValueError(
      'value-range',
      `toPixels: ${whole ? 'whole numbers go from 0 to 255' : 'numbers that are not bytes go from 0 to 1'}, but got ` +
        `${values[i] * scale + offset}.`,
    );
  };
  // Storing rounds to the nearest whole number.
  const data = new Uint8ClampedArray(width * height * 4).fill(255);
  for (let i = 0; i < values.length; i++) {
    const channel = i % channels;
    const to = ((i - channel) / channels) * 4 + channel;
    data[to] = byteAt(i);
    if (channels === 1) data.fill(data[to], to + 1, to + 3);
  }
  if (canvas) draw(data, width, height, canvas);
  return { data, width, height };
}

function draw(data: Uint8ClampedArray, width: number, height: number, canvas: Canvas): void {
  if (typeof canvas?.getContext !== 'function') {
    throw new ConfigError('option-value', `toPixels draws on a canvas, but got ${String(canvas)}.`);
  }
  Object.assign(canvas, { width, height });
  const context = contextOf(canvas);
  if (!context) throw noCanvas('this canvas has a context of another kind than 2d; give another canvas.');
  const pixels = context.createImageData(width, height);
  pixels.data.set(data);
  context.putImageData(pixels, 0, 0);
}

function pixelsOf(image: Pixels | Canvas | Drawable): Pixels {
  if (typeof image !== 'object' || image === null) throw noImage(image);
  if ('data' in image && 'width' in image) {
    if (image.data instanceof Uint8Array || image.data instanceof Uint8ClampedArray) return image;
    throw noImage(image);
  }
  if ('getContext' in image) {
    const context = contextOf(image);
    if (context) return context.getImageData(0, 0, image.width, image.height);
  }
  const [width, height] = sizeOf(image);
  const context = contextOf(newCanvas(width, height));
  if (!context) throw noCanvas('its pixels are needed, { data, width, height }.');
  context.drawImage(image, 0, 0);
  return context.getImageData(0, 0, width, height);
}

/** The first of the sizes that an element, a frame or a bitmap has. */
function sizeOf(image: object): [width: number, height: number] {
  const sizes = image as Readonly<Record<string, unknown>>;
  for (const kind of ['natural', 'video', 'display']) {
    const [width, height] = [sizes[`${kind}Width`], sizes[`${kind}Height`]];
    if (typeof width === 'number' && typeof height === 'number' && width > 0) return [width, height];
  }
  const { width, height } = sizes;
  if (typeof width === 'number' && typeof height === 'number' && width > 0) return [width, height];
  throw noImage(image);
}

/** Undefined where the canvas has a context of another kind. */
function contextOf(canvas: Canvas): Context | undefined {
  return (canvas.getContext('2d') as Context | null) ?? undefined;
}

function newCanvas(width: number, height: number): Canvas {
  const { OffscreenCanvas: Offscreen, document } = globalThis as unknown as {
    OffscreenCanvas?: new (width: number, height: number) => Canvas;
    document?: { createElement(name: 'canvas'): Canvas };
  };
  if (Offscreen) return new Offscreen(width, height);
  if (document) return Object.assign(document.createElement('canvas'), { width, height });
  throw noCanvas('hand over its pixels, { data, width, height }.');
}

function noCanvas(advice: string): RuntimeUnsupportedError {
  return new RuntimeUnsupportedError('no-canvas', `There is no canvas that could draw this image: ${advice}`);
}

function noImage(image: unknown): ValueError {
  return new ValueError(
    'not-an-image',
    'fromPixels takes { data, width, height } with bytes, a canvas, or what a canvas can draw, but got ' +
      `${String(image)}.`,
  );
}
