import { ConfigError } from '../../errors.js';

/** `{name}`, `{name:02d}`, `{name:.3f}`; or a doubled brace, which stands for one. */
const FIELD = /\{\{|\}\}|\{([^{}:]*)(?::(0?)(\d*)(?:\.(\d+))?([df]?))?\}/g;

/**
 * A name with numbers in it, as Python's `format` writes them: `{epoch:02d}` and `{val_loss:.2f}`.
 *
 * @throws ConfigError `file-name` where a number is asked for that is not there, or in another way.
 */
export function formatName(pattern: string, values: Readonly<Record<string, number>>): string {
  const broken = (why: string) =>
    new ConfigError('file-name', `callbacks.modelCheckpoint: filepath '${pattern}' ${why}.`);
  const unknown = /[{}]/.exec(pattern.replace(FIELD, ''));
  if (unknown) throw broken('has a placeholder that is none such as {epoch:02d} or {val_loss:.2f}');
  return pattern.replace(FIELD, (field, name?: string, zero = '', width = '', digits = '', type = '') => {
    if (name === undefined) return field[0];
    if (!Object.hasOwn(values, name)) {
      throw broken(`asks for '${name}', but there is only ${Object.keys(values).join(', ')}`);
    }
    const value = values[name];
    if (type === 'd' && !Number.isInteger(value))
      throw broken(`asks for '${name}' as a whole number, but it is ${value}`);
    const text = type === 'f' || digits ? value.toFixed(Number(digits || 6)) : String(value);
    const sign = text.startsWith('-') ? '-' : '';
    return sign + text.slice(sign.length).padStart(Number(width) - sign.length, zero || ' ');
  });
}
