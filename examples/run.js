// Runs the examples one after the other, all of them or the named ones: `npm run examples`, `npm run examples mnist imdb`.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const EXAMPLES = ['digits', 'gan', 'autoencoder', 'boston', 'imdb', 'reuters', 'mnist'];

const named = process.argv.slice(2);
const unknown = named.find((name) => !EXAMPLES.includes(name));
if (unknown === undefined) {
  const results = [];
  for (const name of named.length > 0 ? named : EXAMPLES) {
    console.log(`\n── ${name} ${'─'.repeat(70 - name.length)}`);
    results.push(await run(name));
  }
  console.log(`\n${'─'.repeat(74)}`);
  for (const { outcome, figures } of results) console.log(`${outcome.padEnd(12)} ${figures}`);
  process.exitCode = results.some(({ outcome }) => outcome === 'failed') ? 1 : 0;
} else {
  console.error(`There is no example '${unknown}', only ${EXAMPLES.join(', ')}.`);
  process.exitCode = 1;
}

/** Runs one example in a process of its own. Its last line that begins with its name has its figures. */
function run(name) {
  const file = fileURLToPath(new URL(`${name}.js`, import.meta.url));
  const child = spawn(process.execPath, [file], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.setEncoding('utf8');
  child.stdout.on('data', (part) => {
    text += part;
    process.stdout.write(part);
  });
  return new Promise((done) => {
    child.on('close', (code, signal) => {
      const figures = text.split('\n').findLast((line) => line.startsWith(`${name}: `));
      const failed = code !== 0 || figures === undefined;
      const passedOver = figures?.startsWith(`${name}: passed over`);
      done({
        outcome: failed ? 'failed' : passedOver ? 'no data' : 'reached',
        figures: figures ?? `${name}: ended without figures (${signal ?? `exit code ${code}`})`,
      });
    });
  });
}
