/** Marks of an axis: values that are easy to read, and the range that they span. */
export interface Axis {
  low: number;
  high: number;
  ticks: number[];
  labels: string[];
}

/** The smallest of 1, 2, 2.5 (unless `whole`), 5 and 10 times a power of ten that is not below `rough`. */
function niceStep(rough: number, whole: boolean): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  const factors = whole ? [1, 2, 5, 10] : [1, 2, 2.5, 5, 10];
  const step = power * (factors.find((factor) => factor * power >= rough * (1 - 1e-9)) ?? 10);
  return whole ? Math.max(1, Math.round(step)) : step;
}

/** A value axis for data from `low` to `high`: about `count` ticks, the ends rounded outwards to ticks. */
export function valueAxis(low: number, high: number, count: number): Axis {
  // Values that are all but equal get a range of their own size around them.
  const margin = high - low > Math.abs(high) * 1e-9 ? 0 : Math.abs(high) * 0.1 || 1;
  const [from, to] = [low - margin, high + margin];
  const step = niceStep((to - from) / count, false);
  const [first, last] = [Math.floor(from / step + 1e-9), Math.ceil(to / step - 1e-9)];
  const ticks = Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step);
  return { low: first * step, high: last * step, ticks, labels: tickLabels(ticks, step) };
}

/** An axis of whole numbers from `low` to `high`, for epochs: the ends stay, ticks are multiples, and the first. */
export function countAxis(low: number, high: number, count: number): Axis {
  if (high <= low) return { low: low - 0.5, high: low + 0.5, ticks: [low], labels: [String(low)] };
  const step = niceStep((high - low) / count, true);
  const first = Math.ceil(low / step);
  const ticks = Array.from({ length: Math.floor(high / step) - first + 1 }, (_, i) => (first + i) * step);
  if (ticks[0] - low > step / 2) ticks.unshift(low);
  return { low, high, ticks, labels: ticks.map(String) };
}

/** Labels with as many decimals as the step needs, or powers of ten for very large and very small values. */
function tickLabels(ticks: readonly number[], step: number): string[] {
  const largest = Math.max(...ticks.map(Math.abs));
  if (largest >= 1e6 || largest < 1e-3) {
    return ticks.map((tick) => (Math.abs(tick) < step / 2 ? '0' : formatNumber(tick)));
  }
  let decimals = 0;
  while (decimals < 12 && Math.abs(step * 10 ** decimals - Math.round(step * 10 ** decimals)) > 1e-6)
    decimals++;
  return ticks.map((tick) => (Math.abs(tick) < step / 2 ? 0 : tick).toFixed(decimals));
}

/** A number in about four digits: 0.0931, 12.35, 1.2e-5. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e6 || size < 1e-3))
    return value
      .toExponential(2)
      .replace(/\.?0+e/, 'e')
      .replace('e+', 'e');
  return Number.isInteger(value)
    ? String(value)
    : value
        .toPrecision(4)
        .replace(/(\.\d*?)0+$/, '$1')
        .replace(/\.$/, '');
}
