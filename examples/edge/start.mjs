// Starts Workers here, in workerd, the runtime that Cloudflare runs them in.
import { Miniflare } from 'miniflare';

/** The version of the platform that is asked for. */
export const COMPATIBILITY_DATE = '2026-04-01';

/** Starts a Worker of these modules on a free port of this machine and waits until it answers. */
export async function startWorker(modules) {
  const miniflare = new Miniflare({
    modules,
    compatibilityDate: COMPATIBILITY_DATE,
    host: '127.0.0.1',
    port: 0,
    cf: false, // no request to find out where this machine is
  });
  const url = await miniflare.ready;
  return { url, stop: () => miniflare.dispose() };
}

/** Posts `body` as JSON. */
export function post(url, body) {
  const headers = { 'content-type': 'application/json' };
  return fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
}
