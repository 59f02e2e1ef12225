import { FormatError } from '../errors.js';
import { decodeTensors, type TensorFile } from './safetensors.js';

/** The tensor of the optimizer's slots. No weight is called so: their names are paths. */
export const SLOTS = 'slots';

/** The version of what the metadata of a model file hold. */
export const FORMAT_VERSION = '1';

/**
 * A file that Fourlane wrote.
 *
 * @throws what `decodeTensors` throws; FormatError `not-fourlane`, `file-version`.
 */
export function readModelFile(bytes: Uint8Array | ArrayBuffer): TensorFile {
  return decodeTensors(bytes, checkMetadata);
}

function checkMetadata({ format, version }: Readonly<Record<string, string>>): void {
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
