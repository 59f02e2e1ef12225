import { spawn } from 'node:child_process';
import { on } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bundleAll } from './bundles.mjs';
import { temporaryFolder } from './paths.mjs';
import { findCommand } from './processes.mjs';
import { openSite } from './site.mjs';

const PATIENCE = 60_000;
const ALLOWED = "'self' 'wasm-unsafe-eval'";
const PLAIN = '/test/runtimes/page.js';

/** Nothing that talks to the network or asks a question. */
const CHROMIUM_FLAGS = [
  ...['--headless=new', '--disable-gpu', '--disable-quic', '--disable-sync', '--disable-extensions'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-default-apps'],
  ...['--no-first-run', '--no-default-browser-check', '--metrics-recording-only', '--mute-audio'],
];
const FIREFOX_PREFERENCES = {
  'app.normandy.enabled': false,
  'app.update.enabled': false,
  'browser.aboutwelcome.enabled': false,
  'browser.safebrowsing.downloads.remote.enabled': false,
  'browser.shell.checkDefaultBrowser': false,
  'datareporting.healthreport.uploadEnabled': false,
  'datareporting.policy.dataSubmissionEnabled': false,
  'extensions.getAddons.cache.enabled': false,
  'extensions.update.enabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'services.settings.server': 'data:,',
  'toolkit.telemetry.enabled': false,
  'toolkit.telemetry.unified': false,
};

/** Root has no user namespace for Chromium's sandbox. */
const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];

const chromiumArguments = (profile) => [...CHROMIUM_FLAGS, ...sandbox, `--user-data-dir=${profile}`];

async function firefoxArguments(profile) {
  const lines = Object.entries(FIREFOX_PREFERENCES).map(
    ([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`,
  );
  await writeFile(join(profile, 'user.js'), lines.join(''));
  return ['--headless', '--no-remote', '--profile', profile];
}

/** Opens the address in a browser of its own. `ended` is told when it ends; `close` ends all its processes. */
async function launch(command, argumentsFor, address) {
  const args = [...(await argumentsFor(temporaryFolder())), address];
  const browser = spawn(command, args, { detached: true, stdio: 'ignore' });
  const ended = new Promise((resolve) => browser.once('exit', resolve).once('error', resolve));
  const kill = () => {
    if (browser.pid && browser.exitCode === null && browser.signalCode === null) {
      process.kill(-browser.pid, 'SIGKILL');
    }
  };
  process.prependOnceListener('exit', kill);
  const close = () => {
    kill();
    return ended;
  };
  return { ended, close };
}

function browserRuntime(name, commands, argumentsFor) {
  return {
    name,
    install: 'apt',
    find: () => findCommand(...commands),
    async *outcomes({ command }) {
      const folders = await bundleAll(temporaryFolder());
      const pages = [
        ...['default', 'wasm', 'relaxed'].map((init) => ({ script: PLAIN, init, policy: ALLOWED })),
        { script: PLAIN, init: 'forbidden', policy: "'self'", variant: "without 'wasm-unsafe-eval'" },
        { script: PLAIN, init: 'threads', policy: ALLOWED, workers: 'blob:', isolated: true },
        { script: PLAIN, init: 'threads, file', policy: ALLOWED, isolated: true },
        {
          script: PLAIN,
          init: 'threads, none',
          policy: ALLOWED,
          isolated: true,
          variant: 'no blob: workers',
        },
        { script: PLAIN, init: 'threads, none', policy: ALLOWED, workers: 'blob:', variant: 'not isolated' },
        ...Object.keys(folders).map((bundler) => ({
          script: `/bundle/${bundler}/bundled.js`,
          init: 'default',
          policy: ALLOWED,
          variant: `${bundler} bundle`,
        })),
      ];
      const { server, start } = await openSite(pages, folders);
      const gone = new AbortController();
      const signal = AbortSignal.any([gone.signal, AbortSignal.timeout(PATIENCE)]);
      const outcomes = on(server, 'outcome', { signal });
      const browser = await launch(command, argumentsFor, start);
      browser.ended.then(() => gone.abort(new Error('the browser has ended')));
      try {
        for (const { variant, init } of pages) {
          const { value } = await outcomes.next().catch((error) => {
            const where = `init '${init}'${variant ? `, ${variant}` : ''}`;
            throw new Error(`no report for ${where}: ${(error.cause ?? error).message}`, { cause: error });
          });
          yield { ...value[0], variant };
        }
      } finally {
        await browser.close();
        server.closeAllConnections();
        server.close();
      }
    },
  };
}

const { FOURLANE_CHROMIUM, FOURLANE_FIREFOX } = process.env;
const MAC = '/Applications';

export const browsers = [
  browserRuntime(
    'chromium',
    FOURLANE_CHROMIUM
      ? [FOURLANE_CHROMIUM]
      : [
          ...['chromium', 'chromium-browser', 'google-chrome'],
          `${MAC}/Chromium.app/Contents/MacOS/Chromium`,
          `${MAC}/Google Chrome.app/Contents/MacOS/Google Chrome`,
        ],
    chromiumArguments,
  ),
  browserRuntime(
    'firefox',
    FOURLANE_FIREFOX
      ? [FOURLANE_FIREFOX]
      : ['firefox-esr', 'firefox', `${MAC}/Firefox.app/Contents/MacOS/firefox`],
    firefoxArguments,
  ),
];
