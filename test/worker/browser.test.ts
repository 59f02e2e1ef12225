import { describe, expect, test } from 'vitest';
import { chromium, openChromium } from './browser/chromium.js';
import { openSite } from './browser/site.js';
import { built, reason } from './support.js';

const missing = chromium ? '' : ' (skipped: no Chromium; apt-get install chromium, or set FOURLANE_CHROMIUM)';
if (missing) console.warn(`fourlane/worker is not tested in a browser${missing}`);

/** Lets a page of its own run the scenario. */
async function run<Outcome>(scenario: string, policy?: string): Promise<Outcome> {
  const site = await openSite(policy);
  const close = openChromium(site.addressOf(scenario));
  try {
    return (await site.outcomeOf(scenario)) as Outcome;
  } finally {
    await close();
    site.close();
  }
}

interface Frames {
  hashes: [string, string];
  frames: { worker: number[]; page: number[] };
}
interface Refusal {
  code: string;
  message: string;
}

/** Frames a second. */
function rate(durations: number[]): number {
  return (1000 * durations.length) / durations.reduce((sum, duration) => sum + duration, 0);
}

describe.skipIf(!built || !chromium)(`in Chromium${reason || missing}`, () => {
  test('a page draws on while it trains', { retry: 3 }, async () => {
    const { hashes, frames } = await run<Frames>('frames');
    expect(hashes[0]).toBe(hashes[1]);
    const [worker, page] = [rate(frames.worker), rate(frames.page)];
    console.log(`Frames a second: ${worker.toFixed(1)} with a worker, ${page.toFixed(1)} without.`);
    // How many there are depends on the machine; that there are more than beside a busy main thread does not.
    expect(worker).toBeGreaterThan(page);
  });

  test("the shipped file needs no more than 'self' and 'wasm-unsafe-eval'", async () => {
    const outcome = await run('file', "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'");
    expect(outcome).toMatchObject({ aborted: { name: 'AbortError', code: 'aborted' } });
    const { hashes } = outcome as Frames;
    expect(hashes[0]).toBe(hashes[1]);
  });

  test('a policy without blob: is refused with what to do', async () => {
    const outcome = await run<Record<'blob' | 'missing' | 'foreign', Refusal>>(
      'refused',
      "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'",
    );
    for (const { code } of Object.values(outcome)) expect(code).toBe('worker-start');
    expect(outcome.blob.message).toMatch(/blob:.*fourlane\/worker-thread\.js.*workerUrl/s);
    expect(outcome.missing.message).toMatch(/nowhere\.js/);
  });
});
