/** What goes over the wire between the two sides. Both are of the same version: the worker says its own first. */
import type { InitOptions } from '../init.js';
import type { CompileOptions } from '../model/compile.js';
import type { RandomKey } from '../random.js';
import type { RunParams } from '../train/callback.js';
import type { Logs } from '../train/scoreboard.js';
import type { TrainingSnapshot } from '../train/state.js';
import type { Fault } from './faults.js';
import type { HookName } from './hooks.js';
import type { Packed } from './parcel.js';
import type { Snapshot } from './snapshot.js';

/** Everything that makes the model in the worker equal to the one outside. */
export interface OpenRequest {
  /** What `model.save()` returned. */
  readonly file: Uint8Array<ArrayBuffer>;
  readonly key: RandomKey;
  /** What `compile` was told, its objects described by name and options. */
  readonly compile: CompileOptions | undefined;
  readonly training: TrainingSnapshot | undefined;
  /** How the runtime is here: other SIMD or another number of threads would give other bits. */
  readonly runtime: InitOptions;
  /** The address of a module with layers of one's own. */
  readonly setup: string | undefined;
}

/** A fit or an evaluation. */
export interface RunRequest {
  readonly x: Packed;
  readonly y: Packed;
  readonly options: Packed;
  /** The hooks that somebody listens to. */
  readonly hooks: readonly HookName[];
  /** Those of them that are told the weights. */
  readonly weighted: readonly HookName[];
  readonly aborted: boolean;
}

/** How a fit ended. The model is as after its last whole step, whatever ended it. */
export interface FitResult {
  readonly snapshot: Snapshot | undefined;
  readonly fault: Fault | undefined;
}

export interface Calls {
  open: { request: OpenRequest; result: undefined };
  fit: { request: RunRequest & { readonly sync: boolean }; result: FitResult };
  evaluate: { request: RunRequest; result: Logs };
  predict: { request: { readonly x: Packed; readonly options: Packed }; result: Packed };
  getWeights: { request: undefined; result: Packed };
  setWeights: { request: Packed; result: undefined };
}

export type Progress = ReturnType<RunParams['progress']>;

/** A hook that waits for its answer. */
export interface HookCall {
  readonly hook: HookName;
  /** What the hook is called with: nothing, or the epoch or batch, and then the logs. */
  readonly arguments: readonly [Logs] | readonly [number, Logs];
  readonly params: Omit<RunParams, 'progress'>;
  readonly progress: Progress;
  readonly learningRate: number | undefined;
  /** How far the optimizer is, which a schedule follows. */
  readonly iterations: number;
  readonly weights: readonly Float32Array[] | undefined;
}

/** The worker asks for the next batch of a pass over a source, or lets go of it. */
export interface Pull {
  readonly source: number;
  readonly pass: number;
  readonly close: boolean;
}

export interface Pulled {
  readonly done: boolean;
  readonly batch?: Packed;
}

/** What callbacks have decided. */
export interface Answer {
  /** A callback has thrown; what it threw stays outside. */
  readonly failed: boolean;
  readonly stopTraining: boolean;
  /** Another one than the worker has. */
  readonly learningRate: number | undefined;
  readonly weights: Packed;
}

export type Message =
  | { [Name in keyof Calls]: { id: number; call: Name; request: Calls[Name]['request'] } }[keyof Calls]
  | { id: number; answer: Answer }
  /** Undefined where the source has thrown; what it threw stays outside. */
  | { id: number; number: number; pulled: Pulled | undefined }
  | { id: number; abort: true };

export type Reply =
  | { version: string }
  | { id: number; result: unknown }
  | { id: number; fault: Fault }
  | { id: number; hook: HookCall }
  | { id: number; number: number; pull: Pull }
  | { id: number; progress: Progress };
