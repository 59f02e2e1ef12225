import { Tensor } from '../data/tensor.js';
import { FormatError } from '../errors.js';
import { formatShape } from '../shape.js';
import { idx } from './idx.js';
import { type DataSource, readFirst, readRequired } from './source.js';

/** Images and their classes. */
export interface ImagePart {
  /** uint8 [n, 28, 28], values 0..255. */
  x: Tensor;
  /** int32 [n], classes 0..9. */
  y: Tensor;
}

/** MNIST: 60,000 images to train on and 10,000 to test with. */
export interface Mnist {
  train: ImagePart;
  test: ImagePart;
}

/** Fashion-MNIST, and `test` only where the source has its files. */
export interface FashionMnist {
  train: ImagePart;
  test?: ImagePart;
  /** Names of the classes 0 to 9. */
  classNames: string[];
}

/**
 * Reads the four files of MNIST from a folder: `train-images-idx3-ubyte.gz`, `train-labels-idx1-ubyte.gz`,
 * `t10k-images-idx3-ubyte.gz`, `t10k-labels-idx1-ubyte.gz`, each with or without `.gz`.
 *
 * @param source the address of the folder, or a store that reads files by name.
 * @throws FormatError `file-missing`, `html-instead-of-data`, `http-status`, `image-files` or what `idx` raises.
 */
export async function mnist(source: DataSource): Promise<Mnist> {
  const [train, test] = await Promise.all([readPart(source, 'train'), readPart(source, 't10k')]);
  return { train, test };
}

/**
 * Reads the files of Fashion-MNIST from a folder; they are named as those of `mnist`. Without the images of the test
 * part there is no `test`.
 *
 * @throws as `mnist`.
 */
export async function fashionMnist(source: DataSource): Promise<FashionMnist> {
  const train = await readPart(source, 'train');
  const images = await readFirst(source, names('t10k', 'images'));
  return {
    train,
    ...(images ? { test: await readPart(source, 't10k', images) } : {}),
    classNames: [
      'T-shirt/top',
      'Trouser',
      'Pullover',
      'Dress',
      'Coat',
      'Sandal',
      'Shirt',
      'Sneaker',
      'Bag',
      'Ankle boot',
    ],
  };
}

function names(part: string, kind: 'images' | 'labels'): string[] {
  const name = `${part}-${kind}-idx${kind === 'images' ? 3 : 1}-ubyte`;
  return [`${name}.gz`, name];
}

async function readPart(source: DataSource, part: string, images?: Uint8Array): Promise<ImagePart> {
  const [imageNames, labelNames] = [names(part, 'images'), names(part, 'labels')];
  const files = await Promise.all([
    images ?? readRequired(source, imageNames),
    readRequired(source, labelNames),
  ]);
  const [x, labels] = await Promise.all([idx(files[0], imageNames[1]), idx(files[1], labelNames[1])]);
  if (x.dtype !== 'uint8' || x.shape.length !== 3 || x.shape[1] !== 28 || x.shape[2] !== 28) {
    throw new FormatError(
      'image-files',
      `${imageNames[1]}: expected uint8 images [n, 28, 28], got ${x.dtype} ${formatShape(x.shape)}.`,
    );
  }
  if (labels.shape.length !== 1 || labels.shape[0] !== x.shape[0]) {
    throw new FormatError(
      'image-files',
      `${labelNames[1]}: expected ${x.shape[0]} labels as there are images, got ${formatShape(labels.shape)}.`,
    );
  }
  const wrong = labels.data.findIndex((label) => label < 0 || label > 9);
  if (wrong >= 0) {
    throw new FormatError(
      'image-files',
      `${labelNames[1]}: expected labels from 0 to 9, got ${labels.data[wrong]} at position ${wrong}.`,
    );
  }
  return { x, y: new Tensor(Int32Array.from(labels.data), labels.shape) };
}
