import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { at, installed } from './paths.mjs';

const execute = promisify(execFile);

/** The first of these commands that runs, with the version that it prints. */
export async function findCommand(...commands) {
  for (const command of commands) {
    const answer = await execute(command, ['--version'], { timeout: 30_000 }).catch(() => undefined);
    const version = answer?.stdout.match(/\d+[\d.]*\w*/)?.[0];
    if (version) return { command, version };
  }
  return undefined;
}

/** The report that a command prints as JSON in its last line. */
async function reportOf(command, args) {
  try {
    const { stdout } = await execute(command, args, { timeout: 60_000, maxBuffer: 1 << 24 });
    return JSON.parse(stdout.trim().split('\n').at(-1));
  } catch (error) {
    throw new Error(`${command} ${args.join(' ')}: ${error.stderr || error.message}`, { cause: error });
  }
}

/** A runtime that is started with a file: the first of the commands that runs. */
function processRuntime(name, commands, argsOf) {
  return {
    name,
    install: 'npm',
    find: () => findCommand(...commands),
    async *outcomes({ command }) {
      for (const init of ['default', 'wasm', 'relaxed', 'threads']) {
        const began = performance.now();
        const outcome = await reportOf(command, [...argsOf(init), init]);
        yield { ...outcome, seconds: (performance.now() - began) / 1000 };
      }
    },
  };
}

const permissions = (init) => (init === 'wasm' ? ['--allow-read'] : []);

const node = (name, folder) => processRuntime(name, [installed(folder, 'bin/node')], () => [at('node.mjs')]);

/** npm brings Deno for Linux x64 alone; elsewhere it is looked for on the path. */
export const processes = [
  node('node 20', 'node20'),
  node('node 22', 'node22'),
  node('node 24', 'node24'),
  node('node, newest', 'node'),
  processRuntime('deno', [installed('deno/deno'), 'deno'], (init) => [
    ...['run', '--no-prompt', '--no-lock', '--cached-only', ...permissions(init)],
    at('deno.mjs'),
  ]),
  processRuntime('bun', [installed('bun/bin/bun.exe'), 'bun'], () => [at('bun.mjs')]),
];
