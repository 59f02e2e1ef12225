import { RuntimeUnsupportedError } from '../errors.js';

/** A module that stores one v128 constant's lane: valid only where fixed-width SIMD is. */
const SIMD_PROBE = [
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98,
  11,
];
/** A module with one f32x4.relaxed_madd. */
const RELAXED_PROBE = [
  ...[
    0, 97, 115, 109, 1, 0, 0, 0, 1, 6, 1, 96, 1, 123, 1, 123, 3, 2, 1, 0, 10, 13, 1, 11, 0, 32, 0, 32, 0, 32,
    0, 253,
  ],
  ...[133, 2, 11],
];

/** Whether the engine has relaxed SIMD. It says nothing about whether its multiply-add is fused. */
export function hasRelaxedSimd(): boolean {
  return WebAssembly.validate(Uint8Array.from(RELAXED_PROBE));
}

/**
 * Compiles the bytes of kernels, synchronously.
 *
 * @throws RuntimeUnsupportedError that says why it failed and what to do: `wasm-html`, `wasm-bytes`, `wasm-no-simd`,
 *   `wasm-forbidden`.
 */
export function compileKernels(bytes: Uint8Array<ArrayBuffer>, name: string): WebAssembly.Module {
  try {
    return new WebAssembly.Module(bytes);
  } catch (cause) {
    throw explain(bytes, name, cause);
  }
}

function explain(bytes: Uint8Array<ArrayBuffer>, name: string, cause: unknown): RuntimeUnsupportedError {
  const fail = (code: string, message: string) =>
    new RuntimeUnsupportedError(code, `The kernels '${name}' cannot be loaded: ${message}`, { cause });
  const reason = (cause instanceof Error ? cause.message : String(cause)).replace(/\.$/, '');
  const [first, , , fourth] = bytes;
  if (first === 0x3c) {
    return fail(
      'wasm-html',
      'HTML came instead of WebAssembly. Check the address of the .wasm file; the server may answer with an error page.',
    );
  }
  if (first !== 0 || fourth !== 0x6d) {
    return fail(
      'wasm-bytes',
      `the ${bytes.length} bytes are no WebAssembly. Check what was handed to init({ wasm }).`,
    );
  }
  if (!WebAssembly.validate(Uint8Array.from(SIMD_PROBE))) {
    return fail('wasm-no-simd', 'this engine has no WebAssembly SIMD. Fourlane needs one of 2021 or later.');
  }
  return fail(
    'wasm-forbidden',
    `${reason}. Where a content security policy applies, it must allow 'wasm-unsafe-eval'. Where the platform forbids ` +
      "compiling bytes (workerd, edge functions), bundle with its export condition ('workerd', 'edge-light'), or import " +
      `'fourlane/${name}.wasm' as a module and hand it in: await init({ wasm: module }).`,
  );
}
