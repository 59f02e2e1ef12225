import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { peers } from './index.js';
import { isInstalled } from './packages.js';
import { python } from './process.js';

const execute = promisify(execFile);

/** Prints which of its arguments are installed, and in which version, without importing any. */
const ASK = `
import importlib.metadata, json, sys
found = {}
for name in sys.argv[1:]:
    try:
        found[name] = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        pass
print(json.dumps(found))`;

async function pythonPackages(names) {
  try {
    return JSON.parse((await execute(python, ['-c', ASK, ...names])).stdout);
  } catch {
    return {};
  }
}

/**
 * The peers that can run here, and a line for each that cannot.
 *
 * @param {readonly string[]} [names] of the peers that are wanted; this library is always among them.
 * @returns {Promise<{ found: object[], missing: string[] }>}
 */
export async function findPeers(names) {
  const wanted = peers.filter(({ name }) => !names || name === 'fourlane' || names.includes(name));
  const ofPython = wanted.filter((peer) => peer.python);
  const inPython =
    ofPython.length > 0 ? await pythonPackages(ofPython.flatMap(({ packages }) => packages)) : {};
  const absent = ({ packages, tools = [], python }) =>
    [...packages, ...tools].filter((name) => !(python ? name in inPython : isInstalled(name)));
  return {
    found: wanted.filter((peer) => absent(peer).length === 0),
    missing: wanted
      .filter((peer) => absent(peer).length > 0)
      .map((peer) => `${peer.name} is left out: ${absent(peer).join(', ')} not installed; ${peer.install}.`),
  };
}
