import { checkProject } from '../../engine/checks/checkProject.ts';
import { join } from 'node:path';
import { after } from 'node:test';
import { openDatabase } from '../../engine/data/database.ts';
import { sourceSql } from '../../engine/data/readSource.ts';
import { loadProject } from '../../engine/project/loadProject.ts';
import { executeRun } from '../../engine/runner/execute.ts';
import { type RunOutcome, type RunRequest } from '../../engine/runner/runRequest.ts';
import { openStore } from '../../engine/tracking/openStore.ts';
import { type Store } from '../../engine/store/store.ts';

export interface ProjectRunner {
  root: string;
  store: Store;
  /** Lines of the logs of all runs, `stage| line`. */
  logs: string[];
  run(request?: Partial<RunRequest>): Promise<RunOutcome>;
  /** Rows of a data file of the project. */
  rows(file: string, sql?: string): Promise<Record<string, unknown>[]>;
}

/** Runs stages of a project in this process, as the CLI would. */
export function runIn(root: string): ProjectRunner {
  const store = openStore(root);
  after(() => store.sql.close());
  const logs: string[] = [];
  return {
    root,
    store,
    logs,
    run: (request = {}) =>
      executeRun({
        check: checkProject,
        project: loadProject(root),
        store,
        events: { onLog: (stage, line) => logs.push(`${stage}| ${line}`) },
        ...request,
      }),
    async rows(file, sql = 'SELECT * FROM data') {
      const db = await openDatabase({ threads: 1 });
      try {
        await db.run(`CREATE VIEW data AS SELECT * FROM ${sourceSql([join(root, file)])}`);
        return await db.rows(sql);
      } finally {
        db.close();
      }
    },
  };
}
