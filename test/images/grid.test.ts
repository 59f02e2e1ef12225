import { decode } from 'fast-png';
import * as fl from 'fourlane';
import { encodePng, type GridOptions, type Image, imageGrid } from 'fourlane/images';
import { describe, expect, test } from 'vitest';

/** The bytes of a pixel of a picture. */
function pixel({ width, channels, data }: Image, x: number, y: number): number[] {
  const at = (y * width + x) * channels;
  return [...data.subarray(at, at + channels)];
}

/** Every pixel of every image is where it belongs, and everything else is background. */
function expectGrid(
  picture: Image,
  images: readonly (readonly (readonly (readonly number[])[])[])[],
  { columns, gap, scale, background }: { columns: number; gap: number; scale: number; background: number },
): void {
  const [height, width] = [images[0].length, images[0][0].length];
  const rows = Math.ceil(images.length / columns);
  expect(picture.width).toBe(columns * width * scale + (columns - 1) * gap);
  expect(picture.height).toBe(rows * height * scale + (rows - 1) * gap);
  const empty = images[0][0][0].map(() => background);
  for (let y = 0; y < picture.height; y++) {
    for (let x = 0; x < picture.width; x++) {
      const [column, left] = [Math.floor(x / (width * scale + gap)), x % (width * scale + gap)];
      const [row, top] = [Math.floor(y / (height * scale + gap)), y % (height * scale + gap)];
      const image = images[row * columns + column];
      const inside = image && left < width * scale && top < height * scale;
      const expected = inside ? image[Math.floor(top / scale)][Math.floor(left / scale)] : empty;
      expect(pixel(picture, x, y), `pixel ${x}, ${y}`).toEqual(expected);
    }
  }
}

/** Images of bytes that all differ. */
function bytes(count: number, height: number, width: number, channels: number) {
  return Array.from({ length: count }, (_, n) =>
    Array.from({ length: height }, (_, y) =>
      Array.from({ length: width }, (_, x) =>
        Array.from({ length: channels }, (_, c) => (n * 61 + y * 29 + x * 13 + c * 7) % 256),
      ),
    ),
  );
}

const flat = (images: ReturnType<typeof bytes>) => Uint8Array.from(images.flat(3));

describe('imageGrid', () => {
  test.each<[number, number, number, number, GridOptions]>([
    [5, 3, 4, 1, { columns: 3, gap: 2, scale: 2, background: 9 }],
    [4, 2, 2, 3, { gap: 0 }],
    [1, 3, 5, 4, {}],
    [7, 1, 2, 3, { columns: 9, scale: 3 }],
  ])('%i images of %i x %i x %i', (count, height, width, channels, options) => {
    const images = bytes(count, height, width, channels);
    const picture = imageGrid(fl.tensor(flat(images), [count, height, width, channels]), options);
    const { columns = Math.ceil(Math.sqrt(count)), gap = 1, scale = 1, background = 255 } = options;
    expect(picture.channels).toBe(channels);
    expectGrid(picture, images, { columns, gap, scale, background });
  });

  test('takes flat rows with a shape, images without channels, nested arrays and scaled bytes', () => {
    const images = bytes(6, 3, 4, 1);
    const expected = imageGrid(fl.tensor(flat(images), [6, 3, 4, 1]));
    const data = flat(images);
    expect(imageGrid(fl.tensor(data, [6, 12]), { shape: [3, 4] })).toEqual(expected);
    expect(imageGrid(fl.tensor(data, [6, 3, 4]))).toEqual(expected);
    expect(imageGrid({ data, shape: [72] }, { shape: [3, 4, 1] })).toEqual(expected);
    const nested = images.map((image) => image.map((row) => row.map(([value]) => value)));
    expect(imageGrid(nested, { range: [0, 255] })).toEqual(expected);
    expect(imageGrid(fl.tensor(data, [6, 3, 4], { scale: 1 / 255 }))).toEqual(expected);
  });

  test('range says what is black and white', () => {
    const row = (values: number[], range?: GridOptions['range']) => [
      ...imageGrid(fl.tensor(Float32Array.from(values), [1, 1, values.length]), { range }).data,
    ];
    expect(row([-1, 0, 0.5, 1, 7])).toEqual([0, 0, 128, 255, 255]);
    expect(row([-1, 0, 1], [-1, 1])).toEqual([0, 128, 255]);
    expect(row([-1, 0, 1], [1, -1])).toEqual([255, 128, 0]);
    expect(row([-3, -2, 1], 'extent')).toEqual([0, 64, 255]);
    expect(row([4, 4], 'extent')).toEqual([0, 0]);
  });

  test.each<[string, () => unknown, RegExp]>([
    [
      'a shape',
      () => imageGrid(fl.tensor(new Uint8Array(12), [12])),
      /takes images .* but got \[12\]; say the shape/,
    ],
    ['two channels', () => imageGrid(fl.tensor(new Uint8Array(8), [1, 2, 2, 2])), /but got \[1, 2, 2, 2\]/],
    [
      'a shape that does not fit',
      () => imageGrid(fl.tensor(new Uint8Array(12), [2, 6]), { shape: [2, 4] }),
      /but got \[2, 6\] with the shape \[2, 4\] for each/,
    ],
    ['NaN', () => imageGrid([[[Number.NaN]]]), /hold NaN/],
    [
      'columns',
      () => imageGrid([[[1]]], { columns: 0 }),
      /columns must be a whole number of 1 or more, but got 0/,
    ],
    ['background', () => imageGrid([[[1]]], { background: 256 }), /of 0 to 255, but got 256/],
    [
      'range',
      () => imageGrid([[[1]]], { range: [1, 1] }),
      /two different numbers or 'extent', but got \[1,1\]/,
    ],
    ['an unknown option', () => imageGrid([[[1]]], { colums: 2 } as never), /imageGrid.*'colums'/],
  ])('refuses %s', (_, make, message) => expect(make).toThrow(message));
});

describe('encodePng', () => {
  test.each([1, 3, 4] as const)(
    'gives the same pixels when it is decoded, with %i channels',
    async (channels) => {
      const picture = imageGrid(fl.tensor(flat(bytes(3, 5, 7, channels)), [3, 5, 7, channels]), { scale: 3 });
      const { width, height, data, depth, ...decoded } = decode(await encodePng(picture));
      expect({ width, height, channels: decoded.channels, data: Uint8Array.from(data) }).toEqual(picture);
      expect(depth).toBe(8);
    },
  );

  test('refuses data of another size', async () => {
    const image = { width: 2, height: 2, channels: 3, data: new Uint8Array(4) } as const;
    await expect(encodePng(image)).rejects.toThrow(/2 rows of 2 pixels of 3 bytes are 12, but data holds 4/);
  });
});
