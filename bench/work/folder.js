import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { dataSets } from './data.js';
import { makeWeights, models, weightShapes } from './models.js';
import { noises } from './noise.js';

/**
 * Writes what all peers work on as files of bare float32 and int32 numbers (`.f32`, `.i32`), and the models as JSON: the
 * same bits for every process and every language.
 *
 * @param {string} folder
 * @param {Record<string, Uint8Array>} files further files, by name.
 */
export function writeFolder(folder, files = {}) {
  const write = (name, contents) => {
    const file = join(folder, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, contents);
  };
  const writeArray = (name, values) =>
    write(`${name}.${values instanceof Int32Array ? 'i32' : 'f32'}`, values);
  for (const [name, make] of Object.entries(noises)) writeArray(`noise/${name}`, make());
  for (const [name, { rows, make }] of Object.entries(dataSets)) {
    for (const [part, values] of Object.entries(make(rows))) writeArray(`${name}/${part}`, values);
  }
  for (const [name, model] of Object.entries(models)) {
    for (const [i, values] of makeWeights(model).entries()) writeArray(`weights/${name}/${i}`, values);
  }
  const described = Object.entries(models).map(([name, model]) => [
    name,
    { ...model, weights: weightShapes(model) },
  ]);
  write('models.json', JSON.stringify(Object.fromEntries(described)));
  for (const [name, contents] of Object.entries(files)) write(name, contents);
}

/** What a peer in this process works on, from a folder that `writeFolder` has filled. */
export function openFolder(folder) {
  const bytes = (name) => readFileSync(join(folder, name));
  const array = (name, type = 'f32') => {
    const { buffer, byteOffset, byteLength } = bytes(`${name}.${type}`);
    // A copy: what Node reads may begin anywhere in a buffer that it shares.
    const own = buffer.slice(byteOffset, byteOffset + byteLength);
    return type === 'i32' ? new Int32Array(own) : new Float32Array(own);
  };
  return {
    folder,
    bytes: async (name) => new Uint8Array(bytes(name)),
    noise: (name, length) => array(`noise/${name}`).subarray(0, length),
    weights: (name) => makeWeights(models[name]).map((_, i) => array(`weights/${name}/${i}`)),

    /**
     * The first rows of the data of a model: `{ rows, x, y }`, or `{ rows, indptr, indices, y }` for form 'csr'.
     *
     * @param {string} name of the model.
     * @param {'dense' | 'csr'} form
     * @param {number} rows
     */
    samples(name, form, rows) {
      const { data, inputs, targets } = models[name];
      const y = array(`${data}/y`).subarray(0, rows);
      if (data === 'reviews') {
        const indptr = array(`${data}/indptr`, 'i32').subarray(0, rows + 1);
        const indices = array(`${data}/indices`, 'i32').subarray(0, indptr[rows]);
        if (form === 'csr') return { rows, indptr, indices, y };
        return { rows, x: denseRows({ rows, indptr, indices }, inputs), y };
      }
      const x = array(`${data}/x`).subarray(0, rows * inputs);
      return { rows, x, y: targets === 'inputs' ? x : y };
    },
  };
}

function denseRows({ rows, indptr, indices }, columns) {
  const x = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let i = indptr[row]; i < indptr[row + 1]; i++) x[row * columns + indices[i]] = 1;
  }
  return x;
}
