import { FormatError, FourlaneError, RuntimeUnsupportedError } from '../errors.js';
import { parseJson } from '../file/json.js';
import { readModelFile } from '../file/metadata.js';
import { checkOptions } from '../names.js';
import type { GraphConfig, ModelConfig } from './architecture.js';
import { fromConfig, type RestoreOptions } from './config.js';
import type { Model } from './model.js';
import { restoreCompile, restoreTraining } from './trainingFile.js';
import { placeForFile } from './weights.js';
import { fillWeights } from './weightsFile.js';

/** How often layers are used in one model at the most, those of models within it counted at each use of these. */
const MOST_USES = 10_000;

export interface LoadOptions extends RestoreOptions {
  /** Whether a file that was saved with `includeOptimizer` gives a compiled model that trains on. Default true. */
  compile?: boolean;
}

/**
 * Makes the model of a file that `model.save()` wrote, with its weights. Where it was saved with `includeOptimizer`, it
 * is compiled and has the state of its training: `fit({ resume: true })` goes on.
 *
 * A file may be anything: what is no whole model file is refused, and no more memory is taken for it than a few times
 * its own size.
 *
 * @param options.layers classes of layers of one's own that the model uses.
 * @throws FormatError where the bytes are no such file, damaged, or one of a later version; `unknown-layer-class` where
 *   a class is neither shipped nor among `options.layers`.
 */
export function load(bytes: Uint8Array | ArrayBuffer, options: LoadOptions = {}): Model {
  checkOptions(options, ['layers', 'compile'], 'load');
  const file = readModelFile(bytes);
  const { tensors, metadata } = file;
  if (metadata.architecture === undefined) {
    throw new FormatError(
      'file-architecture',
      'The file holds weights but no architecture, as saveWeights() writes it: make the model, then loadWeights(file).',
    );
  }
  return placeForFile(bytes.byteLength, () => {
    const model = building('The architecture', () => {
      const config = parseJson(metadata.architecture, 'The architecture in the model file') as ModelConfig;
      if (!(usesIn(config) <= MOST_USES)) throw new TypeError(`it uses more than ${MOST_USES} layers`);
      const made = fromConfig(config, options);
      made.graph;
      return made;
    });
    try {
      fillWeights(model, tensors);
      if (metadata.compile !== undefined && (options.compile ?? true)) {
        building('What compile was told', () => restoreCompile(model, metadata.compile));
        building('The state of training', () => restoreTraining(model, file));
      }
    } catch (error) {
      model.dispose();
      throw error;
    }
    return model;
  });
}

/** How often layers are used; a model that is used twice counts twice, because it is laid out twice. */
function usesIn(config: ModelConfig): number {
  const uses = config.layers.map((layer) =>
    layer.className === 'Sequential' || layer.className === 'Model'
      ? 1 + usesIn(layer.config as unknown as ModelConfig)
      : 1,
  );
  const { nodes = [] } = config as Partial<GraphConfig>;
  const used = nodes.reduce((sum, [layer]) => sum + (uses[layer] ?? 0), 0);
  return uses.reduce((sum, count) => sum + count, used);
}

/** What goes wrong while a part of a file is used is a fault of the file, unless the platform is at its limits. */
function building<T>(part: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (cause instanceof FormatError || cause instanceof RuntimeUnsupportedError) throw cause;
    const unknown = cause instanceof FourlaneError && cause.code === 'unknown-layer-class';
    const { message } = cause as Error;
    throw new FormatError(
      unknown ? cause.code : 'file-architecture',
      `${part} in the model file ${unknown ? 'needs more' : 'is damaged'}: ${message}`,
      { cause },
    );
  }
}
