import assert from 'node:assert/strict';
import { cpSync } from 'node:fs';
import { before } from 'node:test';
import { makeProject } from './makeProject.ts';
import { ordersProject } from './ordersProject.ts';
import { runIn, type ProjectRunner } from './runIn.ts';

/**
 * Trains version 1 of the small project before the tests of a file. The result copies it into a folder with a store of
 * its own, so that each test starts from the same state.
 */
export function trainedOrders(files: Record<string, string> = {}): () => ProjectRunner {
  const trained = runIn(ordersProject({ files }));
  before(async () => assert.equal((await trained.run()).error, null));
  return () => {
    const root = makeProject({});
    const filter = (path: string) => !path.endsWith('.db-shm');
    cpSync(trained.root, root, { recursive: true, preserveTimestamps: true, filter });
    return runIn(root);
  };
}
