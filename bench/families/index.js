import { coldstart } from './coldstart.js';
import { convolution } from './convolution.js';
import { gemm } from './gemm.js';
import { kernels } from './kernels.js';
import { predict } from './predict.js';
import { scaling } from './scaling.js';
import { size } from './size.js';
import { threads } from './threads.js';
import { train } from './train.js';

/** What is measured, in the order of the report. Those without a `run` of their own are run by measure/rows.js. */
export const families = [gemm, convolution, kernels, train, predict, coldstart, size, scaling, threads];
