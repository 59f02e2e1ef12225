import { asLabels, type Label, type Labels, sortedClasses } from '../data/prepare/arrays.js';
import { describe } from '../data/prepare/options.js';
import { ShapeError, ValueError } from '../errors.js';

/** True and predicted labels, checked, with the classes that the result is about. */
export interface LabelPair {
  truth: readonly Label[];
  predicted: readonly Label[];
  /** The given classes in their order, or all that occur, sorted. */
  classes: readonly Label[];
  /** All classes that occur in either, sorted. */
  present: readonly Label[];
}

/**
 * Checks two lists of class labels and settles the classes.
 *
 * @throws ShapeError `length-mismatch`, `no-samples` or `wrong-rank`; ValueError `not-a-class`, `mixed-labels`,
 *   `not-a-number` or `labels` where none of the given classes occurs in yTrue.
 */
export function labelPair(yTrue: Labels, yPred: Labels, labels?: Labels): LabelPair {
  const truth: readonly Label[] = asLabels(yTrue, 'yTrue');
  const predicted: readonly Label[] = asLabels(yPred, 'yPred');
  if (truth.length !== predicted.length) {
    throw new ShapeError(
      'length-mismatch',
      `yPred: expected ${truth.length} labels as in yTrue, got ${predicted.length}.`,
    );
  }
  if (truth.length === 0) throw new ShapeError('no-samples', 'yTrue: expected at least one label, got none.');
  checkClasses(truth, 'yTrue');
  checkClasses(predicted, 'yPred');
  if (typeof truth[0] !== typeof predicted[0]) {
    throw new ValueError(
      'mixed-labels',
      `yPred: expected labels of the kind of yTrue, such as ${describe(truth[0])}, got ${describe(predicted[0])}.`,
    );
  }
  const present = sortedClasses([...truth, ...predicted], 'yTrue');
  if (labels === undefined) return { truth, predicted, classes: present, present };
  const classes: readonly Label[] = asLabels(labels, 'labels');
  const known = new Set(truth);
  if (!classes.some((label) => known.has(label))) {
    throw new ValueError(
      'labels',
      `labels: expected at least one label that occurs in yTrue, got ${classes.join(', ')}.`,
    );
  }
  return { truth, predicted, classes, present };
}

function checkClasses(labels: readonly Label[], argument: string): void {
  const wrong = labels.findIndex((label) => typeof label === 'number' && !Number.isInteger(label));
  if (wrong >= 0) {
    throw new ValueError(
      'not-a-class',
      `${argument}: expected whole numbers or strings as class labels, got ${labels[wrong]} at position ${wrong}. ` +
        'toClasses() of fourlane/data makes labels of probabilities.',
    );
  }
}
