import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PLACES = [
  ...['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'],
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];
const FLAGS = [
  ...['--headless', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync'],
  ...['--disable-background-networking', '--disable-component-update'],
];

/** Where Chromium is; undefined where it is not. */
export const chromium = process.env.FOURLANE_CHROMIUM ?? PLACES.find((place) => existsSync(place));

/** Opens the address in a Chromium of its own and returns what ends it. */
export function openChromium(address: string): () => Promise<void> {
  const profile = mkdtempSync(join(tmpdir(), 'fourlane-chromium-'));
  // Root has no user namespace for the sandbox.
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const flags = [...FLAGS, ...sandbox, `--user-data-dir=${profile}`];
  const browser = spawn(chromium!, [...flags, address], { detached: true, stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => browser.once('exit', () => resolve()));
  return async () => {
    if (browser.exitCode === null && browser.pid) process.kill(-browser.pid, 'SIGKILL');
    await ended;
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  };
}
