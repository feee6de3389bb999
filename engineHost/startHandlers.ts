import { withDatabase } from '../engine/data/withDatabase.ts';
import { lookAtFolder } from '../engine/start/lookAtFolder.ts';
import { proposeProject } from '../engine/start/proposeProject.ts';
import type { OpenLook } from '../engine/start/lookAtTable.ts';
import { makeSchemaFile } from '../engine/start/schemaFile.ts';
import { TableLooks } from '../engine/start/tableLooks.ts';
import { writeProject } from '../engine/start/writeProject.ts';
import type { AreaHandlers } from './handlers.ts';

/** Requests about a folder that may become a project. */
export function startHandlers(root: string): { handlers: AreaHandlers<'start'>; close: () => void } {
  const looks = new TableLooks();
  // One table is open at a time: a request about another waits for the one before.
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const next = last.then(work, work);
    last = next.catch(() => {});
    return next;
  };
  const handlers: AreaHandlers<'start'> = {
    'start/folder': ({ also }, signal) => lookAtFolder(root, { signal, also }),
    'start/table': ({ path, readAs, table }, signal) =>
      inTurn(() => {
        const plain = (_: unknown, { open: _open, database: _database, ...look }: OpenLook) => look;
        return table === undefined
          ? looks.with(root, path, readAs ?? {}, signal, plain)
          : looks.withTable(root, { path, table }, signal, plain);
      }),
    'start/propose': (choice, signal) => inTurn(() => proposeProject(root, choice, looks, signal)),
    'start/write': (choice, signal) =>
      inTurn(async () => {
        const { files } = await proposeProject(root, choice, looks, signal);
        writeProject(root, files);
        return { files: files.map(({ path }) => path) };
      }),
    'start/schema': ({ path }, signal) => withDatabase(signal, (db) => makeSchemaFile(db, path, signal)),
  };
  return { handlers, close: () => looks.close() };
}
