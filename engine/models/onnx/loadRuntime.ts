import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { messageOf } from '../../base/errors.ts';

type Ort = typeof import('onnxruntime-web');

/** ONNX Runtime, in one of its two forms for JavaScript. */
export interface OnnxRuntime {
  ort: Ort;
  package: 'onnxruntime-node' | 'onnxruntime-web';
  version: string;
  /** Smallest number of rows for which it computes as for many; a single row takes another path on some processors. */
  leastRows: number;
}

const loaded = new Map<string, Promise<OnnxRuntime>>();

/**
 * `onnxruntime-node` where the user has installed it, in the project or beside this program; else the WebAssembly build
 * that is part of it. Each is loaded once. `log` gets the reason when the installed one cannot be loaded.
 */
export async function loadRuntime(root: string, log: (line: string) => void): Promise<OnnxRuntime> {
  const path = installedPath(root);
  if (path !== null) {
    try {
      return await once(path, () => loadNative(path));
    } catch (error) {
      log(`onnxruntime-node in ${dirname(path)} cannot be loaded (${messageOf(error)}); WebAssembly is used instead.`);
    }
  }
  return once('', loadPortable);
}

function once(key: string, load: () => Promise<OnnxRuntime>): Promise<OnnxRuntime> {
  const found = loaded.get(key) ?? load();
  loaded.set(key, found);
  return found;
}

function installedPath(root: string): string | null {
  for (const from of [join(root, 'package.json'), import.meta.url]) {
    try {
      return createRequire(from).resolve('onnxruntime-node');
    } catch {
      // The next place is tried.
    }
  }
  return null;
}

async function loadNative(path: string): Promise<OnnxRuntime> {
  const ort = unwrapped(await import(pathToFileURL(path).href));
  ort.env.logLevel = 'fatal';
  return { ort, package: 'onnxruntime-node', version: ort.env.versions.node ?? ort.env.versions.common, leastRows: 2 };
}

async function loadPortable(): Promise<OnnxRuntime> {
  const ort = unwrapped(await import('onnxruntime-web'));
  ort.env.logLevel = 'fatal';
  const folder = wasmFolder();
  ort.env.wasm.numThreads = 1;
  ort.env.wasm.wasmPaths = {
    mjs: pathToFileURL(join(folder, `${wasmName}.mjs`)).href,
    wasm: pathToFileURL(join(folder, `${wasmName}.wasm`)).href,
  };
  return { ort, package: 'onnxruntime-web', version: ort.env.versions.web ?? ort.env.versions.common, leastRows: 1 };
}

const wasmName = 'ort-wasm-simd-threaded';

/** The folder of the WebAssembly build: beside the bundle (dist/), else in the package. */
function wasmFolder(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  if (existsSync(join(here, `${wasmName}.wasm`))) return here;
  return dirname(createRequire(import.meta.url).resolve('onnxruntime-web'));
}

/** A CommonJS module comes as `default` from a dynamic import in source runs, and bare from the bundle. */
function unwrapped(module: unknown): Ort {
  const { default: inner } = module as { default?: Ort };
  return inner && 'InferenceSession' in inner ? inner : (module as Ort);
}
