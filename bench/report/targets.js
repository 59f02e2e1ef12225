import { number, percent, times } from './format.js';

const OWN = 'fourlane';

/**
 * What the suite aims at. A target has a `name`, the `family` and the `rows` that it is about, and one of
 * - `share`: the least share of the peak, or of the bound, in every row;
 * - `limit`: what a row may cost at most, in milliseconds;
 * - `ratio`: how many times slower the fastest of the peers `than` must be at least, in the same row or in the one that
 *   `against` names: 'js' are all peers in JavaScript and WebAssembly, else a peer by name;
 * - `most`: how many times what the row `against` costs this library may cost at most.
 */
export const targets = [
  { name: '32 cubed', family: 'gemm', rows: ({ m, k, n }) => Math.min(m, k, n) < 64, share: 0.78 },
  { name: 'from 64 up', family: 'gemm', rows: ({ m, k, n }) => Math.min(m, k, n) >= 64, share: 0.88 },

  { name: '3x3, forward and input', family: 'convolution', rows: is3x3('forward', 'input'), share: 1.4 },
  { name: '3x3, kernel', family: 'convolution', rows: is3x3('kernel'), share: 1.3 },
  { name: '1x1', family: 'convolution', rows: ({ size }) => size === 1, share: 0.88 },

  faster('kernels', 'softmax', 1 / 1.15, 'js'),
  faster('kernels', 'sigmoid', 1 / 1.1, 'js'),
  faster('kernels', 'tanh', 14, 'jax-js'),
  faster('kernels', 'gelu', 14, 'jax-js'),
  faster('kernels', 'adam', 1.4, 'torch'),
  { name: 'Adam has no cliff', family: 'kernels', rows: is('adam-zeros'), most: 1.1, against: 'adam' },

  faster('train', 'imdb-csr', 18, 'torch', 'imdb-dense'),
  faster('train', 'imdb-dense', 0.85, 'torch'),
  faster('train', 'mnist', 2.3, 'jax-js'),
  faster('train', 'mnist', 17, 'tfjs-wasm'),
  { name: 'mnist', family: 'train', rows: is('mnist'), share: 0.78 },
  faster('train', 'cnn', 2.8, 'torch'),
  faster('train', 'cnn', 400, 'jax-js'),
  { name: 'boston', family: 'train', rows: is('boston'), limit: 1 / 200 },
  faster('train', 'boston', 10, 'brain.js'),
  faster('train', 'boston', 29, 'torch'),
  faster('train', 'autoencoder', 3.2, 'jax-js'),
  { name: 'autoencoder', family: 'train', rows: is('autoencoder'), share: 0.75 },

  { name: 'imdb-csr', family: 'predict', rows: is('imdb-csr'), limit: 0.001 },
  faster('predict', 'imdb-dense', 1, 'ort-web'),
  faster('predict', 'imdb-dense', 1 / 1.1, 'ort-node'),
  faster('predict', 'mnist', 1, 'ort-web'),
  faster('predict', 'mnist', 1 / 1.1, 'ort-node'),
  faster('predict', 'mnist-256', 1.25, 'tfjs-wasm'),
  { name: 'mnist-256', family: 'predict', rows: is('mnist-256'), share: 0.85 },
  faster('predict', 'cnn', 3, 'tfjs-wasm'),
  faster('predict', 'cnn', 3, 'ort-web'),
  faster('predict', 'cnn-256', 3, 'tfjs-wasm'),

  { name: 'two', family: 'threads', rows: is('threads-2'), most: 1 / 1.7, against: 'threads-1' },

  faster('coldstart', 'first-prediction', 1, 'js'),
  faster('size', 'brotli', 1, 'js'),
  faster('size', 'infer-brotli', 1, 'js'),
  faster('size', 'install', 1, 'js'),
];

function is(id) {
  return (row) => row.id === id;
}

/** Convolutions with kernels of 3x3 on images that are not small. */
function is3x3(...passes) {
  return ({ size, side, pass }) => size === 3 && side >= 14 && passes.includes(pass);
}

function faster(family, id, ratio, than, against = id) {
  const from = against === id ? '' : `, from ${against}`;
  const peer = than === 'js' ? 'the best in JavaScript' : than;
  return { name: `${id} against ${peer}${from}`, family, rows: is(id), ratio, than, against };
}

/**
 * Which targets are reached.
 *
 * @param {Record<string, { rows: object[] }>} measured families by name.
 * @param {Record<string, object>} families their formats by name.
 * @param {readonly object[]} peers the table of peers.
 * @returns {{ name: string, aim: string, found: string, reached: boolean }[]} those that this run can tell.
 */
export function judge(measured, families, peers) {
  return targets.flatMap((target) => {
    const rows = measured[target.family]?.rows ?? [];
    const own = rows.filter((row) => target.rows(row) && row.results[OWN]);
    if (own.length === 0) return [];
    const judgement = judgeOne(target, own, rows, { family: families[target.family], peers });
    return judgement ? [{ name: `${target.family}: ${target.name}`, ...judgement }] : [];
  });
}

function judgeOne(target, own, rows, { family, peers }) {
  if (target.share) {
    const shares = own.map((row) => ({ title: row.title, share: family.share.value(row, row.results[OWN]) }));
    if (!shares.every(({ share }) => Number.isFinite(share))) return undefined;
    const worst = shares.reduce((a, b) => (b.share < a.share ? b : a));
    const which = shares.length > 1 ? ` (${worst.title})` : '';
    return {
      aim: `at least ${percent(target.share)} ${family.share.title}`,
      found: percent(worst.share) + which,
      reached: worst.share >= target.share,
    };
  }
  const [row] = own;
  const { results } = row;
  if (target.limit) {
    const text = (cost) => `${number(family.text.value(row, { cost }))} ${unitOf(family, row)}`;
    const { cost } = results[OWN];
    return { aim: `no slower than ${text(target.limit)}`, found: text(cost), reached: cost <= target.limit };
  }
  const other = rows.find(({ id }) => id === target.against);
  if (!other) return undefined;
  if (target.most) {
    const ratio = results[OWN].cost / other.results[OWN]?.cost;
    return {
      aim: `at most ${times(target.most)} ${other.title}`,
      found: times(ratio),
      reached: ratio <= target.most,
    };
  }
  const best = fastest(other.results, target.than, peers);
  if (!best) return undefined;
  const ratio = best.cost / results[OWN].cost;
  return {
    aim: `at least ${times(target.ratio)} as ${family.name === 'size' ? 'small' : 'fast'}`,
    found: `${times(ratio)} (${best.name})`,
    reached: ratio >= target.ratio,
  };
}

function unitOf({ text: { unit } }, row) {
  return typeof unit === 'function' ? unit(row) : unit;
}

function fastest(results, than, peers) {
  const native = (name) => Boolean(peers.find((peer) => peer.name === name)?.native);
  const compared = Object.entries(results).filter(([name, { otherWork }]) => {
    if (name === OWN) return false;
    return than === 'js' ? !otherWork && !native(name) : name === than;
  });
  if (compared.length === 0) return undefined;
  const [name, { cost }] = compared.reduce((a, b) => (b[1].cost < a[1].cost ? b : a));
  return { name, cost };
}
