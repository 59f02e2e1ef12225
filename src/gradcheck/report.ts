import { formatShape, type Shape } from '../shape.js';

/** An element whose gradient is not what the differences say. */
export interface WrongElement {
  /** Where it is, with the batch axis in front for inputs. */
  readonly index: readonly number[];
  /** The gradient. */
  readonly gradient: number;
  /** What central differences give instead, */
  readonly difference: number;
  /** and how exactly that is known. */
  readonly uncertainty: number;
}

/** What was found for one weight or input. */
export interface CheckedTensor {
  /** `weight 'kernel'`, `input 1` or `prediction`. */
  readonly name: string;
  readonly shape: Shape;
  /** How many elements were compared. */
  readonly checked: number;
  /** How many more cannot be: they are at a kink, or lost in rounding. */
  readonly undecided: number;
  /** The largest distance of a gradient from its difference, by the largest gradient of the tensor. */
  readonly error: number;
  /** The wrong elements, the worst first. */
  readonly wrong: readonly WrongElement[];
}

/** What `gradcheck` found. `String(report)` says it in words. */
export class GradientReport {
  readonly subject: string;
  readonly tensors: readonly CheckedTensor[];

  constructor(subject: string, tensors: readonly CheckedTensor[]) {
    this.subject = subject;
    this.tensors = tensors;
  }

  /** Whether no element is wrong, and some of every tensor could be compared. */
  get passed(): boolean {
    return this.tensors.every(({ wrong, checked }) => !wrong.length && checked > 0);
  }

  toString(): string {
    const lines = this.tensors.map(describe);
    return [`${this.subject}: gradients beside central differences`, ...lines].join('\n');
  }
}

function describe({ name, shape, checked, undecided, error, wrong }: CheckedTensor): string {
  const rest = undecided ? `, ${undecided} at a kink or lost in rounding` : '';
  const what = `  ${name} ${formatShape(shape)}:`;
  if (!checked) return `${what} no element can be compared${rest}. Other data may help: pass \`inputs\`.`;
  if (!wrong.length) return `${what} right, ${checked} elements to ${error.toExponential(1)}${rest}`;
  const [{ index, gradient, difference, uncertainty }] = wrong;
  return (
    `${what} WRONG at ${wrong.length} of ${checked} elements${rest}; worst at [${index.join(', ')}]: the gradient is ` +
    `${short(gradient)}, but central differences give ${short(difference)} (to ${uncertainty.toExponential(0)})`
  );
}

function short(value: number): string {
  return String(Number(value.toPrecision(6)));
}
