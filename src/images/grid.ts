import { type NumberArray, type ShapedData, type Tensor, tensor } from '../data/tensor.js';
import { ConfigError, ShapeError, ValueError } from '../errors.js';
import { checkOptions } from '../names.js';
import { formatShape, type Shape, sizeOf } from '../shape.js';

/** A picture: `data` holds height rows of width pixels of channels bytes. */
export interface Image {
  readonly width: number;
  readonly height: number;
  /** 1 is grey, 3 red, green and blue, 4 with opacity. */
  readonly channels: 1 | 3 | 4;
  readonly data: Uint8Array<ArrayBuffer>;
}

export interface GridOptions {
  /** The shape of one image, [height, width] or [height, width, channels], where the data do not have it. */
  shape?: Shape;
  /** Images in a row. Default: as many as make the grid square. */
  columns?: number;
  /** Pixels between images. Default 1. */
  gap?: number;
  /** Pixels, each way, that show one pixel of an image. Default 1. */
  scale?: number;
  /**
   * What is black and what is white; what lies beyond is cut. 'extent' takes the least and the largest value of all.
   * Default [0, 255] for bytes, [0, 1] for other numbers.
   */
  range?: readonly [black: number, white: number] | 'extent';
  /** The brightness of the gaps, and of places without an image, 0 to 255. Default 255. */
  background?: number;
}

/**
 * Images side by side in one picture, row by row: [n, height, width], [n, height, width, 1, 3 or 4], or anything of which
 * `shape` makes such.
 *
 * @throws ShapeError for other shapes; ValueError for NaN and infinities; ConfigError for options out of range.
 */
export function imageGrid(images: Tensor | ShapedData | NumberArray, options: GridOptions = {}): Image {
  checkOptions(options, ['shape', 'columns', 'gap', 'scale', 'range', 'background'], 'imageGrid');
  const { data, shape, scale: factor, offset } = tensor(images as ShapedData);
  const [count, rows, cols, channels] = layout(shape, options.shape);
  const columns = whole(options.columns ?? Math.ceil(Math.sqrt(count)), 'columns', 1);
  const gap = whole(options.gap ?? 1, 'gap', 0);
  const scale = whole(options.scale ?? 1, 'scale', 1);
  const background = whole(options.background ?? 255, 'background', 0, 255);
  const values = Float64Array.from(data, (value) => value * factor + offset);
  const [black, white] = rangeOf(options.range, values, data instanceof Uint8Array && factor === 1);

  const [cellWidth, cellHeight] = [cols * scale + gap, rows * scale + gap];
  const width = columns * cellWidth - gap;
  const height = Math.ceil(count / columns) * cellHeight - gap;
  const pixels = new Uint8Array(width * height * channels).fill(background);
  values.forEach((value, i) => {
    const channel = i % channels;
    const pixel = (i - channel) / channels;
    const image = Math.floor(pixel / (rows * cols));
    const left = (image % columns) * cellWidth + (pixel % cols) * scale;
    const top = Math.floor(image / columns) * cellHeight + (Math.floor(pixel / cols) % rows) * scale;
    const byte = Math.round(255 * Math.min(1, Math.max(0, (value - black) / (white - black))));
    for (let y = top; y < top + scale; y++) {
      for (let x = left; x < left + scale; x++) pixels[(y * width + x) * channels + channel] = byte;
    }
  });
  return { width, height, channels, data: pixels };
}

/** Number of images, rows, columns, channels. */
function layout(shape: Shape, wanted: Shape | undefined): [number, number, number, 1 | 3 | 4] {
  const [rows, cols, channels = 1] = wanted ?? shape.slice(1);
  const axes = wanted ? wanted.length : shape.length - 1;
  const count = sizeOf(shape) / (rows * cols * channels);
  const fits =
    (axes === 2 || axes === 3) && [1, 3, 4].includes(channels) && Number.isInteger(count) && count > 0;
  if (fits) return [count, rows, cols, channels as 1 | 3 | 4];
  throw new ShapeError(
    'data-shape',
    'imageGrid takes images [n, height, width] or [n, height, width, 1, 3 or 4], but got ' +
      `${formatShape(shape)}${wanted ? ` with the shape ${formatShape(wanted)} for each` : '; say the shape of one'}.`,
  );
}

function rangeOf(
  range: GridOptions['range'],
  values: Float64Array,
  bytes: boolean,
): readonly [number, number] {
  let [least, largest] = [Infinity, -Infinity];
  for (const value of values) {
    if (!Number.isFinite(value)) throw new ValueError('not-finite', `imageGrid: the images hold ${value}.`);
    least = Math.min(least, value);
    largest = Math.max(largest, value);
  }
  if (range === undefined) return bytes ? [0, 255] : [0, 1];
  // Where all is of one value, that is black.
  if (range === 'extent') return [least, largest > least ? largest : least + 1];
  const [black, white] = Array.isArray(range) ? range : [Number.NaN, Number.NaN];
  if (Number.isFinite(black) && Number.isFinite(white) && black !== white) return [black, white];
  throw new ConfigError(
    'option-value',
    `imageGrid: range must be two different numbers or 'extent', but got ${JSON.stringify(range)}.`,
  );
}

function whole(value: number, option: string, low: number, high = Infinity): number {
  if (Number.isInteger(value) && value >= low && value <= high) return value;
  const range = high === Infinity ? `${low} or more` : `${low} to ${high}`;
  throw new ConfigError(
    'option-value',
    `imageGrid: ${option} must be a whole number of ${range}, but got ${String(value)}.`,
  );
}
