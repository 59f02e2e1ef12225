import { FormatError, ShapeError } from '../errors.js';
import { checkMetadata } from '../file/metadata.js';
import { decodeTensors } from '../file/safetensors.js';
import { sameShape } from '../shape.js';
import { runtime } from '../wasm/runtime.js';
import { fromConfig, type RestoreOptions } from './config.js';
import type { Model } from './model.js';
import { weightNames } from './save.js';

/**
 * Makes the model of a file that `model.save()` wrote, with its weights. It is not compiled.
 *
 * @param options.layers classes of layers of one's own that the model uses.
 * @throws FormatError where the bytes are no such file, or one of a later version.
 */
export function load(bytes: Uint8Array | ArrayBuffer, options: RestoreOptions = {}): Model {
  const { tensors, metadata } = decodeTensors(bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes));
  checkMetadata(metadata);
  const model = restore(metadata.architecture, options);
  const { f32 } = runtime().heap;
  const names = weightNames(model.graph);
  for (const [{ shape }, name] of names) {
    const tensor = tensors.get(name);
    if (tensor && sameShape(tensor.shape, shape)) continue;
    throw new FormatError(
      'file-weights',
      tensor
        ? `The model file has weight '${name}' in the shape [${tensor.shape}], its architecture needs [${shape}].`
        : `The model file lacks the weight '${name}' that its architecture needs.`,
    );
  }
  for (const [{ address }, name] of names) f32.set(tensors.get(name)!.data, address / 4);
  return model;
}

function restore(architecture: string, options: RestoreOptions): Model {
  try {
    return fromConfig(JSON.parse(architecture), options);
  } catch (cause) {
    if (cause instanceof TypeError || cause instanceof SyntaxError || cause instanceof ShapeError) {
      throw new FormatError(
        'file-architecture',
        `The architecture in the model file is damaged: ${cause.message}`,
        {
          cause,
        },
      );
    }
    throw cause;
  }
}
