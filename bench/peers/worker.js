// The process of a JavaScript peer: `node worker.js NAME FOLDER`. It answers requests, JSON in lines, one at a time:
//   { do: 'open', family, row, pace }  { outputs } to be checked, or { refused } with the reason
//   { do: 'time', pace }               the timing, with `core`, the share of a core that the process had
//   { do: 'close' }                    {}
// or { error } where something went wrong. Its first line says who it is.
import { Console } from 'node:console';
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { families } from '../families/measured.js';
import { openFolder } from '../work/folder.js';
import { peers } from './index.js';

const [name, folder] = process.argv.slice(2);
const { file, variant } = peers.find((peer) => peer.name === name);

// What libraries print while they train is made, and goes nowhere: answers alone are for the reader.
const write = process.stdout.write.bind(process.stdout);
const reply = (answer) => write(`${JSON.stringify(answer)}\n`);
const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
globalThis.console = new Console(nowhere);

const work = openFolder(folder);
const peer = await (await import(`./${file}`)).open(work, variant);
let opened;

const answers = {
  async open({ family, row, pace }) {
    try {
      opened = await families[family].open(peer, row, work, pace);
      // What does other work has nothing to be compared with.
      return { outputs: peer.otherWork ? [] : await opened.outputs() };
    } catch (error) {
      return { refused: error.message };
    }
  },

  async time({ pace }) {
    const before = process.cpuUsage();
    const start = performance.now();
    const timing = await opened.time(pace);
    const { user, system } = process.cpuUsage(before);
    return { ...timing, core: (user + system) / 1000 / (performance.now() - start) };
  },

  async close() {
    opened?.close?.();
    opened = undefined;
    return {};
  },
};

reply({ version: peer.version, formulas: peer.formulas, otherWork: peer.otherWork });
for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  reply(await answers[request.do](request).catch((error) => ({ error: error.message })));
}
