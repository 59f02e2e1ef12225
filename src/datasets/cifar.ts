import { Tensor } from '../data/tensor.js';
import { FormatError } from '../errors.js';
import type { ImagePart } from './mnist.js';
import { type DataSource, gunzip, readRequired } from './source.js';

const SIDE = 32;
const CHANNELS = 3;
const PLANE = SIDE * SIDE;
/** A row of the file: the label, then the planes of red, green and blue. */
const ROW = 1 + CHANNELS * PLANE;

/** CIFAR-10: 50,000 colour images to train on and 10,000 to test with. */
export interface Cifar10 {
  /** `x` is uint8 [n, 32, 32, 3]. */
  train: ImagePart;
  test: ImagePart;
  /** Names of the classes 0 to 9. */
  classNames: string[];
}

/**
 * Reads the binary version of CIFAR-10 from a folder: `data_batch_1.bin` to `data_batch_5.bin` and `test_batch.bin`, each
 * with or without `.gz`.
 *
 * @param source the address of the folder, or a store that reads files by name.
 * @throws FormatError `file-missing`, `html-instead-of-data`, `http-status` or what `cifar10Batch` raises.
 */
export async function cifar10(source: DataSource): Promise<Cifar10> {
  const read = async (name: string) =>
    cifar10Batch(await readRequired(source, [`${name}.bin.gz`, `${name}.bin`]), name);
  const [test, ...batches] = await Promise.all([
    read('test_batch'),
    ...[1, 2, 3, 4, 5].map((batch) => read(`data_batch_${batch}`)),
  ]);
  const classNames = [
    ...['airplane', 'automobile', 'bird', 'cat', 'deer'],
    ...['dog', 'frog', 'horse', 'ship', 'truck'],
  ];
  return { train: joined(batches), test, classNames };
}

/**
 * Reads one file of the binary version of CIFAR-10, gzip-compressed or not: a label and 3072 bytes for each image, its
 * channels last afterwards.
 *
 * @param bytes the whole file.
 * @param name how messages call it.
 * @throws FormatError `image-files` or `gzip` for anything that is not such a file.
 */
export async function cifar10Batch(bytes: Uint8Array, name = 'cifar10'): Promise<ImagePart> {
  const file = await gunzip(bytes, name);
  const count = file.length / ROW;
  if (count < 1 || !Number.isInteger(count)) {
    throw new FormatError(
      'image-files',
      `${name}: expected rows of ${ROW} bytes, but the file has ${file.length} bytes.`,
    );
  }
  const x = new Uint8Array(count * CHANNELS * PLANE);
  const y = new Int32Array(count);
  for (let image = 0; image < count; image++) {
    const row = image * ROW;
    y[image] = file[row];
    if (y[image] > 9) {
      throw new FormatError(
        'image-files',
        `${name}: expected labels from 0 to 9, got ${y[image]} at position ${image}.`,
      );
    }
    for (let pixel = 0; pixel < PLANE; pixel++) {
      const to = (image * PLANE + pixel) * CHANNELS;
      for (let channel = 0; channel < CHANNELS; channel++) {
        x[to + channel] = file[row + 1 + channel * PLANE + pixel];
      }
    }
  }
  return { x: new Tensor(x, [count, SIDE, SIDE, CHANNELS]), y: new Tensor(y, [count]) };
}

function joined(parts: readonly ImagePart[]): ImagePart {
  const count = parts.reduce((sum, { y }) => sum + y.shape[0], 0);
  const x = new Uint8Array(count * CHANNELS * PLANE);
  const y = new Int32Array(count);
  let at = 0;
  for (const part of parts) {
    x.set(part.x.data, at * CHANNELS * PLANE);
    y.set(part.y.data, at);
    at += part.y.shape[0];
  }
  return { x: new Tensor(x, [count, SIDE, SIDE, CHANNELS]), y: new Tensor(y, [count]) };
}
