import { goldenHash, scenario, threadHashes, threadScenario } from './scenario.js';

/** A module with one f32x4.relaxed_madd: valid where relaxed SIMD is. */
const RELAXED = '0,97,115,109,1,0,0,0,1,6,1,96,1,123,1,123,3,2,1,0,10,13,1,11,0,32,0,32,0,32,0,253,133,2,11';

/**
 * Prepares the package as `init` says, runs the scenario, and tells as plain data what came of it.
 *
 * @param packages the modules `fl`, `datasets` and, where models are to be loaded for inference, `infer`.
 * @param init 'default': nothing is prepared; 'relaxed': `init({ relaxed: true })`; 'wasm': kernels from every kind of
 *   source; 'module': from the compiled module that `source` is; 'forbidden': as 'default', where it must fail; 'threads':
 *   `init({ threads: 2 })`; 'threads, file': with the served script; 'threads, none': where there are none.
 * @param source for 'wasm' a function that fetches core.wasm as a Response.
 */
export async function report({ fl, datasets, infer }, init, source) {
  try {
    if (init === 'relaxed') await fl.init({ relaxed: true });
    if (init === 'wasm') await initFromSources(fl, source);
    if (init === 'module') await fl.init({ wasm: source });
    const threaded = init.startsWith('threads');
    const workerUrl = init === 'threads, file' ? '/dist/replica.js' : undefined;
    if (threaded) await fl.init({ threads: 2, workerUrl });
    const outcome = await (threaded ? threadScenario : scenario)(fl, datasets, infer);
    const relaxedSimd = WebAssembly.validate(Uint8Array.from(RELAXED.split(',')));
    const { simd, threads } = fl.runtime();
    return { init, ...outcome, relaxedSimd, simd, threads };
  } catch (error) {
    const { code = error?.cause?.code, message = String(error) } = error ?? {};
    return { init, code, message: code ? message : `${message}\n${error?.cause?.stack ?? error?.stack}` };
  }
}

/** What is wrong with a report, if anything is. */
export function faultOf({ init, hash, simd, threads, relaxedSimd, code, message }) {
  if (init === 'forbidden') {
    const remedies = ["'wasm-unsafe-eval'", "'workerd'", "'fourlane/core.wasm'"];
    if (code === 'wasm-forbidden' && remedies.every((remedy) => message.includes(remedy))) return undefined;
    return `expected the error 'wasm-forbidden' that names the remedies, but got ${message ?? hash}`;
  }
  if (message) return message;
  const expected = init === 'relaxed' && relaxedSimd ? 'relaxed' : 'strict';
  if (simd !== expected) return `expected ${expected} SIMD, but got ${simd}`;
  const wanted = /^threads(, file)?$/.test(init) ? 2 : 1;
  if (threads !== wanted) return `expected ${wanted} threads, but got ${threads}`;
  const golden = init.startsWith('threads') ? threadHashes[threads] : goldenHash;
  if (simd === 'strict' && hash !== golden) return `expected the hash ${golden}`;
  return undefined;
}

/** Kernels as bytes, module and Response; the scenario then runs on the last. What is no kernel is refused. */
async function initFromSources(fl, fetchKernels) {
  const bytes = await (await fetchKernels()).arrayBuffer();
  const html = '<!doctype html><title>Not found</title>';
  await refuses(fl, 'wasm-html', new TextEncoder().encode(html));
  await refuses(fl, 'wasm-html', new Response(html, { headers: { 'content-type': 'text/html' } }));
  await refuses(fl, 'wasm-fetch', new Response(html, { status: 404 }));
  await refuses(fl, 'wasm-bytes', bytes.slice(4));
  await fl.init({ wasm: bytes });
  await fl.init({ wasm: new Uint8Array(bytes) });
  await fl.init({ wasm: new WebAssembly.Module(bytes) });
  await fl.init({ wasm: fetchKernels() });
}

async function refuses(fl, code, wasm) {
  let got = 'nothing was raised';
  try {
    await fl.init({ wasm });
  } catch (error) {
    if (error instanceof fl.RuntimeUnsupportedError && error.code === code) return;
    got = `${error?.name} '${error?.code}': ${error?.message}`;
  }
  throw new Error(`init({ wasm }): expected the error '${code}', but ${got}`);
}
