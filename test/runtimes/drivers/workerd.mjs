import { readFileSync } from 'node:fs';
import { build } from 'esbuild';
import { at, importInstalled, installed, linkPackage } from './paths.mjs';

/** Vercel's way to say that an import is a compiled module. */
const moduleSuffix = {
  name: 'module-suffix',
  setup(bundle) {
    bundle.onResolve({ filter: /\.wasm\?module$/ }, ({ path, ...rest }) =>
      bundle.resolve(path.replace('?module', ''), { kind: rest.kind, resolveDir: rest.resolveDir }),
    );
  },
};

/** The worker as esbuild bundles it under these export conditions. */
async function bundleWorker(...conditions) {
  linkPackage();
  const { outputFiles } = await build({
    entryPoints: [at('worker.js')],
    outdir: at('output'),
    write: false,
    bundle: true,
    format: 'esm',
    conditions,
    loader: { '.wasm': 'copy' },
    plugins: [moduleSuffix],
    // The tests' own tsconfig would lead 'fourlane' to the sources.
    tsconfigRaw: {},
    logLevel: 'error',
  });
  const typed = (suffix, type) =>
    outputFiles
      .filter(({ path }) => path.endsWith(suffix))
      .map(({ path, contents }) => ({ type, path, contents }));
  return [...typed('.js', 'ESModule'), ...typed('.wasm', 'CompiledWasm')];
}

async function runWorker(Miniflare, modules, init) {
  const worker = new Miniflare({
    modules,
    modulesRoot: at('output'),
    compatibilityDate: '2026-04-01',
    host: '127.0.0.1',
    cf: false,
  });
  try {
    await worker.ready;
    const began = performance.now();
    const answer = await worker.dispatchFetch(`http://127.0.0.1/?init=${init}`);
    return { ...(await answer.json()), seconds: (performance.now() - began) / 1000 };
  } finally {
    await worker.dispose();
  }
}

export const workerd = {
  name: 'workerd',
  install: 'npm',
  find: async () => {
    if (!(await importInstalled('miniflare'))) return undefined;
    const { version } = JSON.parse(readFileSync(installed('workerd/package.json'), 'utf8'));
    return { version };
  },
  async *outcomes() {
    const { Miniflare } = await importInstalled('miniflare');
    const [precompiled, edge, inline] = [
      await bundleWorker('workerd'),
      await bundleWorker('edge-light'),
      await bundleWorker(),
    ];
    yield runWorker(Miniflare, precompiled, 'default');
    yield runWorker(Miniflare, precompiled, 'relaxed');
    yield runWorker(Miniflare, precompiled, 'threads, none');
    yield { ...(await runWorker(Miniflare, edge, 'default')), variant: 'edge-light flavour' };
    yield { ...(await runWorker(Miniflare, inline, 'forbidden')), variant: 'default flavour' };
    yield { ...(await runWorker(Miniflare, inline, 'module')), variant: 'default flavour' };
  },
};
