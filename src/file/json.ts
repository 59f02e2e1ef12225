import { FormatError } from '../errors.js';

/** Lists and objects within each other that a file may have: enough for models fifty deep, safe for every stack. */
const MAX_DEPTH = 256;

/**
 * What a text of a file says.
 *
 * @param what is named in errors: 'The program of the model file'.
 * @throws FormatError `file-json` where it is no JSON, or nested deeper than any model.
 */
export function parseJson(text: string | undefined, what: string): unknown {
  if (text === undefined) throw new FormatError('file-json', `${what} is missing.`);
  if (nesting(text) > MAX_DEPTH) {
    throw new FormatError('file-json', `${what} is nested deeper than ${MAX_DEPTH} levels.`);
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new FormatError('file-json', `${what} is damaged: it is no JSON.`, { cause });
  }
}

/** How deep lists and objects lie within each other, as far as the limit. */
function nesting(text: string): number {
  let [depth, deepest, quoted] = [0, 0, false];
  for (let i = 0; i < text.length && deepest <= MAX_DEPTH; i++) {
    const char = text[i];
    if (quoted) {
      if (char === '\\') i++;
      else if (char === '"') quoted = false;
    } else if (char === '"') quoted = true;
    else if (char === '{' || char === '[') deepest = Math.max(deepest, ++depth);
    else if (char === '}' || char === ']') depth--;
  }
  return deepest;
}
