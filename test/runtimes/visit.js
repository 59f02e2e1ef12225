import { report } from './report.js';

/** What a page does: reports to the server that it came from, and goes where the server sends it next. */
export async function visit(packages) {
  const init = new URLSearchParams(location.search).get('init');
  const outcome = await report(packages, init, () => fetch('/dist/core.wasm'));
  const answer = await fetch('/report', { method: 'POST', body: JSON.stringify(outcome) });
  const next = await answer.text();
  if (next) location.replace(next);
}
