// What the tests use of the benchmark suite, which is JavaScript.
interface Result {
  cost: number;
  spread?: number;
  otherWork?: boolean;
  [figure: string]: unknown;
}
interface Row {
  id: string;
  title: string;
  results: Record<string, Result>;
  refused?: Record<string, string>;
  [figure: string]: unknown;
}
interface Family {
  rows: Row[];
  notes?: string[];
  problems?: string[];
}
interface Format {
  name?: string;
  text: { unit: string; value(row: Row, result: Result): number };
  share?: { title: string; value(row: Row, result: Result): number };
}
interface Grid {
  titles: string[];
  left: boolean[];
  lines: string[][];
}

declare module '*/measure/statistics.js' {
  export function median(values: readonly number[]): number;
  export function halfRange(values: readonly number[]): number;
  export function combine(results: readonly Result[]): Result;
}
declare module '*/measure/rows.js' {
  export function disagreement(
    outputs: readonly (number | null)[],
    expected: { values: readonly number[]; tolerances: readonly number[] },
  ): string | undefined;
}
declare module '*/report/compare.js' {
  export function compare(
    older: Record<string, Family>,
    newer: Record<string, Family>,
  ): { family: string; row: string; peer: string; ratio: number; noise: number; change: string }[];
}
declare module '*/report/runs.js' {
  export function mergeRuns(runs: readonly Record<string, Family>[]): Record<string, Family>;
}
declare module '*/report/targets.js' {
  export function judge(
    measured: Record<string, Family>,
    formats: Record<string, Format>,
    peers: readonly { name: string; native?: boolean }[],
  ): { name: string; aim: string; found: string; reached: boolean }[];
}
declare module '*/report/grid.js' {
  export function familyGrid(family: Format, rows: readonly Row[]): Grid;
}
declare module '*/report/text.js' {
  export function table(grid: Grid): string;
}
declare module '*/report/markdown.js' {
  export function markdownTable(grid: Grid): string;
}
declare module '*/report/logChart.js' {
  export function logChart(chart: {
    title: string;
    xLabel: string;
    yLabel: string;
    lines: readonly { name: string; points: readonly (readonly [number, number])[]; dashed?: boolean }[];
  }): string;
}
declare module '*/report/growth.js' {
  export function growthOf(
    rows: readonly Row[],
    axis: string,
  ): { size: number; cost: number; line: number }[];
  export function explainGrowth(
    rows: readonly Row[],
    document: { families: Record<string, Family>; machine: { caches: Record<string, number> } },
  ): string[];
}
declare module '*/bench/options.js' {
  export function readOptions(
    args: readonly string[],
    families: readonly string[],
    peers: readonly string[],
  ): { families: string[]; peers: string[] | undefined; runs: number; pace: string; json?: string };
}
declare module '*/work/reference.js' {
  interface Model {
    inputs: number;
    layers: readonly { kind: string; units: number; activation: string }[];
    loss: string;
    optimizer: string;
  }
  type Optimizers = Record<
    string,
    Record<string, (w: Float64Array, g: Float64Array, s: object, t: number) => void>
  >;
  export const optimizers: Optimizers;
  export function trainingLosses(
    model: Model,
    weights: readonly Float32Array[],
    samples: { rows: number; x: Float32Array; y: Float32Array },
    steps: number,
    formula: string,
  ): number[];
}
