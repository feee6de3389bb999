import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import util from 'node:util';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

export type Tensorflow = typeof import('@tensorflow/tfjs');
export type BackendName = 'tensorflow' | 'wasm' | 'cpu';

export interface Backend {
  tf: Tensorflow;
  name: BackendName;
}

let loading: Promise<Backend> | null = null;

/**
 * TensorFlow.js on the fastest backend that loads here: tfjs-node (when the user installed it), WebAssembly, plain
 * JavaScript. It is loaded once and prints nothing.
 */
export function loadBackend(): Promise<Backend> {
  loading ??= load();
  return loading;
}

async function load(): Promise<Backend> {
  return (await loadNative()) ?? (await loadPortable());
}

/**
 * tfjs-node 4.22 calls `util.isNullOrUndefined` and its siblings, which Node 23 removed; they are restored before it
 * loads. Not tested: the package was not installed here.
 */
async function loadNative(): Promise<Backend | null> {
  const gone: Record<string, (value: unknown) => boolean> = {
    isNullOrUndefined: (value) => value === null || value === undefined,
    isArray: (value) => Array.isArray(value),
    isString: (value) => typeof value === 'string',
    isNumber: (value) => typeof value === 'number',
    isUndefined: (value) => value === undefined,
    isNull: (value) => value === null,
  };
  // A name that TypeScript and esbuild cannot see through: the package is optional.
  const name: string = '@tensorflow/tfjs-node';
  try {
    if (!resolvable(name)) return null;
    for (const [key, is] of Object.entries(gone))
      if (!(key in util)) Object.defineProperty(util, key, { value: is, configurable: true });
    const tf = unwrapped<Tensorflow>(await import(name));
    await tf.ready();
    return tf.getBackend() === 'tensorflow' ? { tf, name: 'tensorflow' } : null;
  } catch {
    return null;
  }
}

async function loadPortable(): Promise<Backend> {
  const tf = unwrapped<Tensorflow>(await import('@tensorflow/tfjs'));
  tf.enableProdMode();
  // The cpu backend prints a greeting on its first operation; this turns it off.
  const cpu = tf.findBackend('cpu') as { firstUse?: boolean } | null;
  if (cpu) cpu.firstUse = false;
  const folder = wasmFolder();
  if (folder !== null) {
    try {
      const wasm = unwrapped<typeof import('@tensorflow/tfjs-backend-wasm')>(
        await import('@tensorflow/tfjs-backend-wasm'),
      );
      wasm.setWasmPaths(folder + sep);
      wasm.setThreadsCount(1);
      if (await tf.setBackend('wasm')) return { tf, name: 'wasm' };
    } catch {
      // A machine without WebAssembly still trains, only slower.
    }
  }
  await tf.setBackend('cpu');
  return { tf, name: 'cpu' };
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

function resolvable(name: string): boolean {
  try {
    createRequire(import.meta.url).resolve(name);
    return true;
  } catch {
    return false;
  }
}

/** A CommonJS module comes as `default` from a dynamic import in source runs, and bare from the bundle. */
function unwrapped<T>(module: unknown): T {
  const { default: inner } = module as { default?: unknown };
  return (typeof inner === 'object' && inner !== null ? inner : module) as T;
}
