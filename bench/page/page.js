// Measures the kernels in this page; `?pace=quick` is shorter.
import { runAlone } from '../alone.js';

const state = document.getElementById('state');
const pace = new URL(location.href).searchParams.get('pace') ?? 'full';
const files = { 'core.wasm': '/dist/core.wasm', 'peak.wasm': '/peak.wasm' };

async function bytes(name) {
  const response = await fetch(files[name]);
  if (!response.ok) throw new Error(`${files[name]}: ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

/** Shows what comes next, and lets the page draw it. */
async function progress(text) {
  state.textContent = text;
  await new Promise((resolve) => setTimeout(resolve));
}

try {
  document.getElementById('report').textContent = await runAlone({ bytes, pace, progress });
  state.textContent = `Done: ${navigator.userAgent}, one thread, ${pace}`;
} catch (error) {
  state.textContent = `Failed: ${error.message}`;
}
