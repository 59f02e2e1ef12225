import { ConfigError, ValueError } from '../../errors.js';
import { asLabels, type Label, type Labels } from './arrays.js';
import { describe } from './options.js';

/**
 * Weights of classes for unbalanced data, one per entry of `classes`: 'balanced' gives n / (classes * count), null
 * ones, and a record the weights that it states and 1 for other classes, as scikit-learn's `compute_class_weight`. For
 * the classes 0, 1, 2, … the result serves as `classWeight` of `fit` as it is.
 *
 * @throws ValueError `unknown-label` for a class of y that `classes` lacks, one of `classes` that y lacks, or a
 *   record that states weights for other classes instead; ConfigError `class-weight`.
 */
export function computeClassWeight(
  classWeight: 'balanced' | null | Readonly<Record<Label, number>>,
  { classes, y }: { classes: Labels; y: Labels },
): number[] {
  const wanted: readonly Label[] = asLabels(classes, 'classes');
  const labels: readonly Label[] = asLabels(y, 'y');
  const known = new Set(wanted);
  const stranger = labels.find((label) => !known.has(label));
  if (stranger !== undefined) {
    throw new ValueError('unknown-label', `y: expected only labels of classes, got ${describe(stranger)}.`);
  }
  if (classWeight === null) return wanted.map(() => 1);
  if (typeof classWeight === 'object') {
    const without = wanted.filter((label) => !Object.hasOwn(classWeight, label));
    if (without.length > 0 && wanted.length - without.length !== Object.keys(classWeight).length) {
      throw new ValueError(
        'unknown-label',
        `classWeight: has no weight for the classes ${without.join(', ')}.`,
      );
    }
    return wanted.map((label) => (Object.hasOwn(classWeight, label) ? classWeight[label] : 1));
  }
  if (classWeight !== 'balanced') {
    throw new ConfigError(
      'class-weight',
      `classWeight: expected 'balanced', null or weights, got ${describe(classWeight)}.`,
    );
  }
  const counts = new Map<Label, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  return wanted.map((label) => {
    const count = counts.get(label);
    if (count) return labels.length / (counts.size * count);
    throw new ValueError(
      'unknown-label',
      `classes: expected labels that occur in y, got ${describe(label)}.`,
    );
  });
}
