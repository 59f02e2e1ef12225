/** What the types of data sets and batches say; checked by `npm run types`, never run. */
import * as fl from 'fourlane';

/** Only where both are the same type. */
function same<A, B>(
  ..._: (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? [] : [never]
): void {}

const { Dataset } = fl;
const x = fl.tensor([[1, 2]]);
const y = Float32Array.of(1);
const sparse = fl.SparseMatrix.fromRows([[0]], 2);
declare const model: fl.Model;

const pairs = Dataset.from(x, y);
same<typeof pairs, fl.Dataset<[fl.Tensor, number]>>();
const numbers = Dataset.from(y);
same<typeof numbers, fl.Dataset<number>>();
const nested = Dataset.from([[1, 2]], [1], sparse, ['a']);
same<typeof nested, fl.Dataset<[fl.Tensor, number, fl.SparseMatrix, string]>>();
const named = Dataset.from({ a: x, b: y }, y).batch(2);
same<typeof named, fl.Dataset<[{ a: fl.Tensor; b: fl.Tensor }, fl.Tensor]>>();
const batches = pairs.shuffle(10, 1).batch(2, { dropRemainder: true });
same<typeof batches, fl.Dataset<[fl.Tensor, fl.Tensor]>>();
const zipped = Dataset.zip(numbers, Dataset.from(['a']));
same<typeof zipped, fl.Dataset<[number, string]>>();
const lengths = Dataset.from(['a']).map((text) => text.length);
same<typeof lengths, fl.Dataset<number>>();

await model.fit(batches, { epochs: 2, stepsPerEpoch: 3, validationData: batches, validationSteps: 1 });
await model.fit(named, { validationData: [{ a: x, b: y }, y] });
await model.fit(
  Dataset.from(function* () {
    yield [x, y];
  }),
);
async function* stream() {
  yield [x, y, y];
}
await model.fit(stream());
await model.fit(new Set([[x, y]]), { verbose: 0 });
await model.evaluate(batches, { steps: 2 });
for await (const p of model.predictBatches(batches)) void p;
for await (const p of model.predictBatches(Dataset.from(x).batch(2))) void p;

class Data extends fl.DataModule {
  override trainDataloader() {
    return batches;
  }
  override valDataloader() {
    return [x, y] as const;
  }
}
await new fl.Trainer({ epochs: 3, tolerance: 1e-3 }).fit(model, new Data());

// @ts-expect-error: a batch is [x, y]
await model.fit(Dataset.from(x).batch(2));
// @ts-expect-error: y is in the batches
await model.fit(batches, y, { epochs: 2 });
// @ts-expect-error: there is no such option
await model.fit(batches, { steps: 2 });
// @ts-expect-error: dropRemainder
pairs.batch(2, { dropLast: true });
// @ts-expect-error: an array is data in memory, so y is missing
await model.fit([[x, y]], { epochs: 2, verbose: 0 });
// @ts-expect-error: a size is a number
pairs.batch('2');
