import { test } from 'node:test';
import { loadBackend, type Backend, type BackendName } from '../../engine/models/backend.ts';
import { tfjsNodeVariable } from '../../engine/models/tfjsNode.ts';
import { prepareTfjsNode } from '../../scripts/tfjsNode.ts';

const made = prepareTfjsNode();
if (made.folder !== null) process.env[tfjsNodeVariable] = made.folder;

/** Why the backend cannot be tested here; false when it can. */
export const noTensorflow: string | false = made.why === null ? false : `@tensorflow/tfjs-node: ${made.why}`;

type BackendTest = (name: string, work: (backend: Backend) => void | Promise<void>) => void;

/** Defines the same tests once for each backend, which the name of the test begins with. */
export function onEveryBackend(define: (test: BackendTest, name: BackendName) => void): void {
  for (const backend of ['tensorflow', 'wasm', 'cpu'] as const) {
    const skip = backend === 'tensorflow' && noTensorflow;
    define(
      (name, work) => void test(`${backend}: ${name}`, { skip }, async () => work(await loadBackend(backend))),
      backend,
    );
  }
}
