import { ConfigError } from './errors.js';

/** `binary_crossentropy` and `BinaryCrossentropy` become `binaryCrossentropy`. */
export function toCamelCase(name: string): string {
  const camel = name.replace(/_+([a-z0-9])/gi, (_, letter: string) => letter.toUpperCase());
  return camel.charAt(0).toLowerCase() + camel.slice(1);
}

/** `BinaryAccuracy` and `binaryAccuracy` become `binary_accuracy`, `Conv2DTranspose` becomes `conv2d_transpose`. */
export function toSnakeCase(name: string): string {
  return name
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();
}

/** Levenshtein's distance: insertions, deletions and replacements between two words. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[j] + 1, next[j - 1] + 1));
    }
    row = next;
  }
  return row[b.length];
}

/** The candidate nearest to `name`, if it is near enough to be what was meant. */
function nearest(name: string, candidates: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(name.length / 3)) + 1;
  for (const candidate of candidates) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/**
 * Looks up `name` in a table whose keys are camelCase; Keras's spelling finds the same row.
 *
 * @throws ConfigError `unknown-identifier`, with the nearest name as a suggestion.
 */
export function lookUp<T>(
  table: Readonly<Record<string, T>>,
  name: string,
  kind: string,
  aliases: Readonly<Record<string, string>> = {},
): T {
  const camel = toCamelCase(name);
  const key = aliases[name.toLowerCase()] ?? camel;
  if (Object.hasOwn(table, key)) return table[key];
  const known = [...Object.keys(table), ...Object.keys(aliases)];
  const guess = nearest(camel, known);
  const hint = guess ? `Did you mean '${guess}'?` : `Known: ${known.join(', ')}.`;
  throw new ConfigError('unknown-identifier', `Unknown ${kind} '${name}'. ${hint}`);
}

/**
 * Refuses options that nobody reads, so that a misspelt one cannot be ignored in silence.
 *
 * @throws ConfigError `unknown-option`, with the nearest name as a suggestion.
 */
export function checkOptions(options: object, known: readonly string[], where: string): void {
  for (const key of Object.keys(options)) {
    if (known.includes(key)) continue;
    const guess = nearest(key, known);
    const hint = guess ? `Did you mean '${guess}'?` : `It knows: ${known.join(', ')}.`;
    throw new ConfigError('unknown-option', `${where} has no option '${key}'. ${hint}`);
  }
}

/** @throws ConfigError `option-value` where the number is not a finite one within the bounds. */
export function checkNumber(
  value: unknown,
  what: string,
  { from = -Infinity, above = -Infinity, to = Infinity, below = Infinity, whole = false } = {},
): void {
  const finite = typeof value === 'number' && Number.isFinite(value);
  const ok = finite && value >= from && value > above && value <= to && value < below;
  if (ok && (!whole || Number.isInteger(value))) return;
  const bounds = [
    from > -Infinity ? `of at least ${from}` : '',
    above > -Infinity ? `above ${above}` : '',
    to < Infinity ? `of at most ${to}` : '',
    below < Infinity ? `below ${below}` : '',
  ].filter(Boolean);
  const kind = whole ? 'a whole number' : 'a number';
  throw new ConfigError(
    'option-value',
    `${what} must be ${[kind, bounds.join(' and ')].join(' ').trim()}, but got ${String(value)}.`,
  );
}

/** @throws ConfigError `option-value` where the value is none of the choices. */
export function checkChoice(value: unknown, what: string, choices: readonly unknown[]): void {
  if (choices.includes(value)) return;
  const list = choices.map((choice) => (typeof choice === 'string' ? `'${choice}'` : String(choice)));
  const last = list.length > 1 ? `${list.slice(0, -1).join(', ')} or ${list.at(-1)}` : list[0];
  throw new ConfigError('option-value', `${what} must be ${last}, but got ${String(value)}.`);
}
