// Measures Workers in workerd itself, without Miniflare around it.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import workerd from 'workerd';
import { COMPATIBILITY_DATE, post } from './start.mjs';

const STARTS = 15;
const REQUESTS = 500;
const KINDS = { ESModule: 'esModule', CompiledWasm: 'wasm', Data: 'data' };

export const method = `median of ${STARTS} starts; ${REQUESTS} requests one after the other`;

/** A line of figures: cold start (from starting the process to the first answer), time of a request, size. */
export async function measure({ name, modules, body }) {
  const folder = mkdtempSync(join(tmpdir(), 'fourlane-edge-'));
  const config = writeConfig(folder, modules);
  const starts = [];
  for (let i = 0; i < STARTS; i++) {
    const began = performance.now();
    const { url, stop } = await serve(config);
    await answer(url, body);
    starts.push(performance.now() - began);
    await stop();
  }
  const { url, stop } = await serve(config);
  const first = await timed(url, body);
  const times = [];
  for (let i = 0; i < REQUESTS; i++) times.push(await timed(url, body));
  await stop();
  rmSync(folder, { recursive: true });
  const at = (times, share) =>
    `${times.sort((a, b) => a - b)[Math.floor(share * (times.length - 1))].toFixed(2)} ms`;
  const size = (part) => modules.reduce((sum, { contents }) => sum + part(contents).length, 0);
  return (
    `${name.padEnd(9)} cold start ${at(starts, 0.5)}, its first request ${first.toFixed(2)} ms; then ` +
    `median ${at(times, 0.5)}, p99 ${at(times, 0.99)}; ` +
    `${size((contents) => contents)} bytes, gzip ${size((contents) => gzipSync(contents))}`
  );
}

/** What workerd reads: the modules, each in a file of its own. */
function writeConfig(folder, modules) {
  const entries = modules.map(({ type, path, contents }) => {
    writeFileSync(join(folder, path), contents);
    return `(name = "${path}", ${KINDS[type]} = embed "${path}")`;
  });
  const file = join(folder, 'config.capnp');
  const worker = `(modules = [${entries.join(', ')}], compatibilityDate = "${COMPATIBILITY_DATE}")`;
  writeFileSync(
    file,
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = ${worker})],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
`,
  );
  return file;
}

/** Starts workerd and waits until it listens: it writes its port to the fourth file. */
async function serve(config) {
  const args = ['serve', config, '--control-fd=3'];
  const child = spawn(workerd.default, args, { stdio: ['ignore', 'inherit', 'inherit', 'pipe'] });
  const ended = new Promise((done) => child.once('exit', done));
  const [line] = await Promise.race([
    child.stdio[3].setEncoding('utf8').take(1).toArray(),
    ended.then((code) => Promise.reject(new Error(`workerd ended with ${code}`))),
  ]);
  const { port } = JSON.parse(line);
  return {
    url: `http://127.0.0.1:${port}`,
    stop() {
      child.kill();
      return ended;
    },
  };
}

async function answer(url, body) {
  const response = await post(url, body);
  const text = await response.text();
  if (!response.ok) throw new Error(text);
}

async function timed(url, body) {
  const sent = performance.now();
  await answer(url, body);
  return performance.now() - sent;
}
