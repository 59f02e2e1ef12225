import { FormatError } from '../errors.js';

/** The version of what the metadata of a model file hold. */
export const FORMAT_VERSION = '1';

/** @throws FormatError `not-fourlane`, `file-version`. */
export function checkMetadata({ format, version }: Readonly<Record<string, string>>): void {
  if (format !== 'fourlane') {
    throw new FormatError(
      'not-fourlane',
      'This safetensors file holds tensors, but no model saved by Fourlane.',
    );
  }
  if (version === FORMAT_VERSION) return;
  throw new FormatError(
    'file-version',
    `The model file has the format version ${version}; this version of Fourlane reads ${FORMAT_VERSION}. ` +
      'Update Fourlane, or save the model again with this version.',
  );
}
