// Serves the page to this machine alone: `npm run build && node bench/page/serve.js [PORT]`, then open what it prints.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compilePeak } from '../measure/compilePeak.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const port = Number(process.argv[2] ?? 8081);
const TYPES = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.wasm': 'application/wasm' };
/** Makes the page isolated from others, for which browsers give it a clock of microseconds. */
const ISOLATED = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
};
const peak = await compilePeak();

const server = createServer(async ({ url }, response) => {
  const { pathname } = new URL(url, 'http://127.0.0.1');
  const path = normalize(pathname.endsWith('/') ? `${pathname}index.html` : pathname);
  try {
    const contents = path === '/peak.wasm' ? peak : await readFile(join(root, path));
    response
      .writeHead(200, { ...ISOLATED, 'content-type': TYPES[extname(path)] ?? 'application/octet-stream' })
      .end(contents);
  } catch {
    response.writeHead(404).end();
  }
});
server.listen(port, '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${server.address().port}/bench/page/`);
});
