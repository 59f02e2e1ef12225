import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { root } from './paths.mjs';

/** What makes a page cross-origin isolated; a worker's script must be served with the second as well. */
const ISOLATION = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
};
const TYPES = { '.js': 'text/javascript', '.wasm': 'application/wasm' };

/**
 * Serves dist/, these tests and the bundles on 127.0.0.1, and leads a browser through `pages`: `{ script, init, policy,
 * workers, isolated }` with the content security policy for scripts and for workers, and whether the page is isolated.
 * The server emits 'outcome' for each page in turn.
 */
export async function openSite(pages, folders) {
  let current = 0;
  let began = 0;
  const address = (i) =>
    i < pages.length ? `/page/${i}?${new URLSearchParams({ init: pages[i].init })}` : '';

  async function answer(request, response) {
    const { pathname } = new URL(request.url, 'http://127.0.0.1');
    if (pathname === '/report') {
      const chunks = [];
      for await (const chunk of request) chunks.push(chunk);
      const seconds = (performance.now() - began) / 1000;
      server.emit('outcome', { ...JSON.parse(Buffer.concat(chunks)), seconds });
      return response.end(address(++current));
    }
    const [, room, ...rest] = pathname.split('/');
    if (room === 'page') {
      const { script, policy, workers = "'self'", isolated } = pages[rest[0]];
      began = performance.now();
      response.setHeader(
        'content-security-policy',
        `default-src 'self'; script-src ${policy}; worker-src ${workers}`,
      );
      if (isolated) response.setHeaders(new Map(Object.entries(ISOLATION)));
      response.setHeader('content-type', 'text/html; charset=utf-8');
      return response.end(
        `<!doctype html><title>Fourlane</title><script type="module" src="${script}"></script>`,
      );
    }
    const [base, path] = room === 'bundle' ? [folders[rest[0]], rest.slice(1)] : [join(root, room), rest];
    if (!base || !['bundle', 'dist', 'test'].includes(room)) return response.writeHead(404).end();
    const file = join(base, normalize(`/${path.join('/')}`));
    const type = TYPES[extname(file)];
    const bytes = type && (await readFile(file).catch(() => undefined));
    if (!bytes) return response.writeHead(404).end();
    return response.setHeaders(new Map(Object.entries({ ...ISOLATION, 'content-type': type }))).end(bytes);
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((error) => server.emit('error', error));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, start: `http://127.0.0.1:${server.address().port}${address(0)}` };
}
