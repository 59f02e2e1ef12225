import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import os from 'node:os';

/** The machine, as far as it says what it is. */
export function describeMachine() {
  const cpus = os.cpus();
  return {
    cpu: cpus[0]?.model.trim() || os.arch(),
    cores: cpus.length,
    caches: caches(),
    memory: `${Math.round(os.totalmem() / 2 ** 30)} GiB`,
    system: `${os.type()} ${os.release()} ${os.arch()}`,
    runtime: runtimeName(),
    commit: commit(),
  };
}

/** Node calls itself that in Deno and Bun too. */
function runtimeName() {
  const { deno, bun, node } = process.versions;
  if (deno) return `Deno ${deno}`;
  return bun ? `Bun ${bun}` : `Node ${node}`;
}

/** The caches that the first core sees, in bytes by name, where Linux tells: `{ L1d: 49152, L2: 1048576 }`. */
function caches() {
  const folder = '/sys/devices/system/cpu/cpu0/cache';
  const found = {};
  try {
    for (const index of readdirSync(folder).filter((name) => name.startsWith('index'))) {
      const read = (name) => readFileSync(`${folder}/${index}/${name}`, 'utf8').trim();
      if (read('type') === 'Instruction') continue;
      const name = `L${read('level')}${read('type') === 'Data' ? 'd' : ''}`;
      found[name] = Number.parseInt(read('size'), 10) * 1024;
    }
  } catch {}
  return found;
}

function commit() {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8', stdio: 'pipe' }).trim();
  } catch {
    return undefined;
  }
}

export function machineText({ cpu, cores, caches, memory, system, runtime, commit }) {
  const sizes = Object.entries(caches).map(([name, bytes]) => `${name} ${bytes / 1024} KiB`);
  const parts = [runtime, `${cpu}, ${cores} cores`, ...sizes, memory, system];
  return [...parts, ...(commit ? [`commit ${commit}`] : [])].join('; ');
}
