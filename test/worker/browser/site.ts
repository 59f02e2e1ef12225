import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const TYPES: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript' };

/** Serves the repository to this machine, under a content security policy, and takes what pages post. */
export async function openSite(policy?: string) {
  const waiting = new Map<string, (outcome: unknown) => void>();
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url!, 'http://127.0.0.1');
    if (request.method === 'POST') {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      waiting.get(pathname)?.(JSON.parse(String(Buffer.concat(chunks))));
      response.end();
      return;
    }
    try {
      const file = await readFile(join(root, normalize(pathname)));
      const headers = policy ? { 'content-security-policy': policy } : {};
      const type = TYPES[extname(pathname)] ?? 'application/octet-stream';
      response.writeHead(200, { 'content-type': type, ...headers }).end(file);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    addressOf: (scenario: string, page = '/test/worker/browser/page.html') =>
      `http://127.0.0.1:${port}${page}?scenario=${scenario}`,
    outcomeOf: (scenario: string) =>
      new Promise<unknown>((resolve) => waiting.set(`/outcome/${scenario}`, resolve)),
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
