// The worker that workerd runs; bundled once for every flavour of the package.
import * as fl from 'fourlane';
import core from 'fourlane/core.wasm';
import * as datasets from 'fourlane/datasets';
import * as infer from 'fourlane/infer';
import spatial from 'fourlane/spatial.wasm';
import { report } from './report.js';

export default {
  async fetch(request) {
    const init = new URL(request.url).searchParams.get('init');
    // init({ wasm }) brings the kernels for training; inference of the default flavour has its own as bytes.
    const packages = { fl, datasets, infer: init === 'module' ? undefined : infer };
    return Response.json(await report(packages, init, { core, spatial }));
  },
};
