/**
 * The kernels of the core module.
 *
 * Calling rules, the same for every kernel:
 * - Arguments come in this order: outputs, inputs, parameters, sizes. Addresses are bytes, sizes are elements.
 * - Every buffer starts at a multiple of 16 bytes and may be read, never written, up to 64 bytes past its end.
 * - Rows are contiguous float32 unless the name says otherwise; exactly the stated number of elements is written.
 * - A kernel may run in place (`y` equal to `x`) where its comment says so.
 * - No allocation, no globals, no callbacks; address 0 stands for an optional buffer that is not there.
 * - A kernel is a pure function of its arguments and of what they point to.
 */
export * from './elementwise';
export * from './activations';
export * from './rectify';
export * from './softmax';
export * from './normalize';
export * from './batchnorm';
export * from './reduce';
export * from './shape';
export * from './embedding';
export * from './gemm';
export * from './gemmbatch';
export * from './sparse';
export * from './random';
export * from './dropout';
export * from './losses';
export * from './crossentropy';
export * from './focal';
export * from './similarity';
export * from './targets';
export * from './regularize';
export * from './orthogonal';
export * from './constraints';
export * from './metrics';
export * from './counts';
export * from './optimizers';
export * from './replicas';
