import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { breastCancer, diabetes, digits, iris, wine } from 'fourlane/datasets';
import { describe, expect, it } from 'vitest';
import { dataFolder, hasData } from '../support/data.js';

/**
 * What scikit-learn 1.9.1 says of load_…(); sums of x weighted by their position, of y likewise:
 *
 *     w = np.arange(1, x.size + 1) % 997; x.sum(), (x.ravel() * w).sum()
 *     (y * (np.arange(len(y)) % 97)).sum(), np.bincount(y), x.mean(0)
 */
const sets = [
  {
    name: 'digits',
    load: digits,
    shape: [1797, 64],
    sums: [561718, 279386097, 384290],
    counts: [178, 182, 177, 183, 181, 182, 181, 179, 174, 180],
    means: [0, 0.3038, 5.2048, 11.8358, 11.8481, 5.7819, 1.3623, 0.1297, 0.0056, 1.9939],
    first: ['pixel_0_0', 'pixel_0_1'],
    classNames: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
  },
  {
    name: 'iris',
    load: iris,
    shape: [150, 4],
    sums: [2078.7, 692592, 6184],
    counts: [50, 50, 50],
    means: [5.8433, 3.0573, 3.758, 1.1993],
    first: ['sepal length (cm)', 'sepal width (cm)'],
    classNames: ['setosa', 'versicolor', 'virginica'],
  },
  {
    name: 'wine',
    load: wine,
    shape: [178, 13],
    sums: [159975.295999, 69768090.825761, 8897],
    counts: [59, 71, 48],
    means: [13.0006, 2.3363, 2.3665, 19.4949, 99.7416, 2.2951, 2.0293, 0.3619, 1.5909, 5.0581],
    first: ['alcohol', 'malic_acid'],
    classNames: ['class_0', 'class_1', 'class_2'],
  },
  {
    name: 'breastCancer',
    load: breastCancer,
    shape: [569, 30],
    sums: [1056474.4596356, 519266885.1029996, 17398],
    counts: [212, 357],
    means: [14.1273, 19.2896, 91.969, 654.8891, 0.0964, 0.1043, 0.0888, 0.0489, 0.1812, 0.0628],
    first: ['mean radius', 'mean texture'],
    classNames: ['malignant', 'benign'],
  },
  {
    name: 'diabetes',
    load: diabetes,
    shape: [442, 10],
    sums: [276404.2336, 129111378.9252, 3009027],
    counts: undefined,
    means: [48.5181, 1.4683, 26.3758, 94.647, 189.1403, 115.4391, 49.7885, 4.0702, 4.6414, 91.2602],
    first: ['age', 'sex'],
    classNames: [],
  },
];

describe.each(sets)('$name', ({ load, shape, sums, counts, means, first, classNames, name }) => {
  const { x, y, ...about } = load();
  const [rows, columns] = shape;

  it('holds what scikit-learn says that it holds', () => {
    expect([x.shape, y.shape]).toEqual([shape, [rows]]);
    expect(x.dtype).toBe(name === 'digits' ? 'uint8' : 'float32');
    expect(y.dtype).toBe(name === 'diabetes' ? 'float32' : 'int32');
    let [sum, weighted, targets] = [0, 0, 0];
    x.data.forEach((value, i) => {
      sum += value;
      weighted += value * ((i + 1) % 997);
    });
    y.data.forEach((value, i) => {
      targets += value * (i % 97);
    });
    for (const [i, value] of [sum, weighted].entries()) expect(value / sums[i]).toBeCloseTo(1, 7);
    expect(targets).toBe(sums[2]);
    const mean = (c: number) => {
      let total = 0;
      for (let r = 0; r < rows; r++) total += x.data[r * columns + c];
      return total / rows;
    };
    means.forEach((expected, c) => {
      expect(mean(c)).toBeCloseTo(expected, 4);
    });
    if (counts) {
      expect(classNames.map((_, k) => y.data.filter((label) => label === k).length)).toEqual(counts);
    } else {
      expect([Math.min(...y.data), Math.max(...y.data)]).toEqual([25, 346]);
    }
  });

  it('names its columns, classes, source and licence', () => {
    expect(about.featureNames).toHaveLength(columns);
    expect(about.featureNames.slice(0, 2)).toEqual(first);
    expect(new Set(about.featureNames).size).toBe(columns);
    expect(about.classNames).toEqual(classNames);
    expect(about.source).toContain('scikit-learn');
    expect(about.licence).toMatch(name === 'diabetes' ? /^BSD-3-Clause/ : /^CC BY 4\.0$/);
    expect(about.description).not.toBe('');
  });

  it('is new in every call', () => {
    expect(load().x.data).not.toBe(x.data);
  });
});

const files: Record<string, { file: string; header: number; separator: RegExp | string; target?: string }> = {
  digits: { file: 'digits.csv.gz', header: 0, separator: ',' },
  iris: { file: 'iris.csv', header: 1, separator: ',' },
  wine: { file: 'wine_data.csv', header: 1, separator: ',' },
  breastCancer: { file: 'breast_cancer.csv', header: 1, separator: ',' },
  diabetes: {
    file: 'diabetes_data_raw.csv.gz',
    header: 0,
    separator: /\s+/,
    target: 'diabetes_target.csv.gz',
  },
};

describe.skipIf(!hasData('sklearn'))('the files of scikit-learn', () => {
  const table = (file: string, header: number, separator: RegExp | string) => {
    const bytes = readFileSync(join(dataFolder, 'sklearn', file));
    const text = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString();
    const lines = text.trim().split('\n').slice(header);
    return lines.map((line) => line.trim().split(separator).map(Number));
  };

  it.each(sets)('hold the values of $name, rounded to float32', ({ name, load }) => {
    const { file, header, separator, target } = files[name];
    const rows = table(file, header, separator);
    const targets = target ? table(target, 0, ',').flat() : rows.map((row) => row.pop());
    const { x, y } = load();
    expect(Array.from(x.data)).toEqual(rows.flat().map(Math.fround));
    expect(Array.from(y.data)).toEqual(targets);
  });
});
