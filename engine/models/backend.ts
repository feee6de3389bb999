import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { messageOf, WorkError } from '../base/errors.ts';
import { findTfjsNode, loadTfjsNode, tfjsNodeInstall } from './tfjsNode.ts';

export type Tensorflow = typeof import('@tensorflow/tfjs');
/** tfjs-node, WebAssembly, plain JavaScript. */
export type BackendName = 'tensorflow' | 'wasm' | 'cpu';

export interface Backend {
  name: BackendName;
  /**
   * TensorFlow.js with this backend active. All backends share one engine, so it is called again after each await,
   * before tensors are made.
   */
  use(): Tensorflow;
}

export interface ChosenBackend extends Backend {
  /** Why a backend that would be faster is not used, for the log. */
  note?: string;
}

const loading = new Map<BackendName, Promise<Backend>>();

/** Loads a backend once. Prints nothing. Throws WorkError when it is not installed or does not load. */
export function loadBackend(name: BackendName): Promise<Backend> {
  const known = loading.get(name);
  if (known) return known;
  const started = load(name);
  loading.set(name, started);
  // One that failed is tried again: a person may have installed it since.
  started.catch(() => loading.delete(name));
  return started;
}

/**
 * Multiply-adds of a training step from which tfjs-node is faster than WebAssembly, by `bench/backends.ts`
 * (docs/benchmarks.md). Its calls cost more, its products less.
 */
const tensorflowFrom = 40e6;

/**
 * Returns the fastest backend for training steps of so many multiply-adds: tfjs-node for large steps, when it is
 * installed, else WebAssembly. On a machine without WebAssembly plain JavaScript trains. Throws WorkError when
 * LOOPWRIGHT_TFJS_NODE does not lead to the package.
 */
export async function chooseBackend(multiplyAdds: number): Promise<ChosenBackend> {
  if (multiplyAdds < tensorflowFrom) return portable();
  if (findTfjsNode() === null) {
    const note = `The backend tensorflow trains a network of this size faster. \`${tfjsNodeInstall}\` installs it.`;
    return { ...(await portable()), note };
  }
  try {
    return await loadBackend('tensorflow');
  } catch (error) {
    return { ...(await portable()), note: messageOf(error) };
  }
}

/** WebAssembly, or plain JavaScript on a machine without it. */
function portable(): Promise<Backend> {
  return loadBackend('wasm').catch(() => loadBackend('cpu'));
}

async function load(name: BackendName): Promise<Backend> {
  const tf = await portableTensorflow();
  if (name === 'tensorflow') loadTfjsNode();
  if (name === 'wasm') await registerWasm();
  if (!(await tf.setBackend(name))) throw new WorkError(`The backend ${name} does not start on this machine.`);
  return {
    name,
    use() {
      // Takes effect at once: only the first call for a backend, above, has something to wait for.
      if (tf.getBackend() !== name) void tf.setBackend(name);
      return tf;
    },
  };
}

async function portableTensorflow(): Promise<Tensorflow> {
  const tf = unwrapped<Tensorflow>(await import('@tensorflow/tfjs'));
  tf.enableProdMode();
  // The cpu backend prints a greeting on its first operation; this turns it off.
  const cpu = tf.findBackend('cpu') as { firstUse?: boolean } | null;
  if (cpu) cpu.firstUse = false;
  return tf;
}

async function registerWasm(): Promise<void> {
  const wasm = unwrapped<typeof import('@tensorflow/tfjs-backend-wasm')>(await import('@tensorflow/tfjs-backend-wasm'));
  const folder = wasmFolder();
  if (folder === null) throw new WorkError('The files of the backend wasm are missing from this installation.');
  wasm.setWasmPaths(folder + sep);
  wasm.setThreadsCount(1);
}

/** The folder of the .wasm files: beside the bundle (dist/), else in the package. */
function wasmFolder(): string | null {
  const file = 'tfjs-backend-wasm-simd.wasm';
  const here = dirname(fileURLToPath(import.meta.url));
  if (existsSync(join(here, file))) return here;
  try {
    const found = dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm'));
    return existsSync(join(found, file)) ? found : null;
  } catch {
    return null;
  }
}

/** A CommonJS module comes as `default` from a dynamic import in source runs, and bare from the bundle. */
function unwrapped<T>(module: unknown): T {
  const { default: inner } = module as { default?: unknown };
  return (typeof inner === 'object' && inner !== null ? inner : module) as T;
}
