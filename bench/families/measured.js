import { convolution } from './convolution.js';
import { gemm } from './gemm.js';
import { kernels } from './kernels.js';
import { predict } from './predict.js';
import { scaling } from './scaling.js';
import { train } from './train.js';

/** The families that peers compute in their own processes, by name. */
export const families = { gemm, convolution, kernels, train, predict, scaling };
