import { sizeOf } from '../../shape.js';
import { spatial } from '../../wasm/spatial.js';
import { Value } from '../value.js';
import { hasUnitStrides, mirrorWindows } from '../windows.js';
import { direct } from './direct.js';
import { type Convolution, describeConvolution, type Method, samplesOf, scratchOf } from './method.js';
import { narrowScratch } from './scratch.js';

/** Up to so many filters vectors along the windows are faster than vectors along the filters: up to six times, for one. */
const MOST = 4;

const isNarrow = ({ filters, groups }: Convolution) => groups === 1 && filters <= MOST;

/** Few filters: vectors go along the runs of the windows. */
export const narrow: Method = {
  fits: isNarrow,

  forward(b, convolution, y, x, kernel, bias) {
    const { filters } = convolution;
    const { tables, ...layout } = convolution.tables(b);
    const scratch = scratchOf(narrowScratch(layout, filters));
    b.emitFor(y, spatial, 'convolveNarrow', y, x, kernel, bias, tables, scratch, filters, samplesOf(x));
  },

  weightGradient(b, convolution, dw, x, dy, start) {
    const { filters } = convolution;
    const { tables, ...layout } = convolution.tables(b);
    const scratch = scratchOf(narrowScratch(layout, filters));
    b.emit(
      spatial,
      'convolveNarrowWeightGradient',
      ...([dw, x, dy, start, tables, scratch, filters, samplesOf(x)] as const),
    );
  },
};

/** Few filters and strides of 1: dx is a convolution of dy with the mirrored kernel, and has many filters. */
export const narrowMirrored: Method = {
  fits: (convolution) => isNarrow(convolution) && hasUnitStrides(convolution.windows),

  inputGradient(b, { windows, filters }, dx, dy, kernel) {
    const { size, channels } = windows;
    const mirrored = new Value([...size, filters, channels]);
    b.emit(spatial, 'mirrorWeights', mirrored, kernel, sizeOf(size), channels, filters);
    const back = describeConvolution(mirrorWindows(windows, filters), channels, 1);
    direct.forward(b, back, dx, dy, mirrored, 0);
  },
};
