import type { FoundDatabase, FoundLog, FoundTable } from '../../protocol/start.ts';
import { plural } from '../../words/numbers.ts';
import { bytes } from '../../words/sizes.ts';
import type { Model, Source } from './model.ts';

/** One thing that a project can start from. */
export interface Card {
  source: Source;
  /** Default: the path of the source. */
  name?: string;
  icon: string;
  lines: string[];
  /** What a project of it does. */
  what: string;
}

/** The cards of what was found, the likeliest kinds first. */
export function cardsOf({ folder }: Model, tables: readonly FoundTable[]): Card[] {
  const look = folder.value;
  if (!look) return [];
  return [
    ...(look.dvc
      ? [
          {
            source: { kind: 'dvc', path: 'dvc.yaml' } as const,
            icon: 'git-merge',
            lines: ['a pipeline of DVC'],
            what: 'Use it as it is',
          },
        ]
      : []),
    ...look.scripts.slice(0, 6).map(({ path, libraries, reason }) => ({
      source: { kind: 'script', path } as const,
      icon: 'python',
      lines: [libraries.join(', ') || reason],
      what: 'Run and track it',
    })),
    ...tables.map((table) => ({
      source: { kind: 'table', path: table.path } as const,
      icon: 'table',
      lines: [table.bytes > 0 ? bytes(table.bytes) : 'selected'],
      what: 'Predict a column',
    })),
    ...look.databases.map((database) => ({
      source: { kind: 'database', path: database.path } as const,
      icon: database.problem === null ? 'database' : 'warning',
      lines: [databaseLine(database)],
      what: database.problem === null ? 'Predict a column' : 'See why not',
    })),
    ...(look.logs.length > 0 ? [logCard(look.logs)] : []),
    ...look.imports.map(({ path, runs }) => ({
      source: { kind: 'import', path } as const,
      icon: 'history',
      lines: [runs === null ? 'runs of MLflow' : plural(runs, 'run')],
      what: 'Import its runs',
    })),
  ];
}

export const databaseNames = { sqlite: 'SQLite', duckdb: 'DuckDB' } as const;

function databaseLine({ kind, tables, bytes: size, problem }: FoundDatabase): string {
  return `${databaseNames[kind]} · ${problem === null ? plural(tables.length, 'table') : bytes(size)}`;
}

function logCard(logs: readonly FoundLog[]): Card {
  const known = logs.filter(({ format }) => format !== null);
  const [one] = logs;
  return {
    source: { kind: 'logs', path: 'logs' },
    name: one && logs.length === 1 ? one.path : `${logs.length} logs`,
    icon: known.length > 0 ? 'output' : 'warning',
    lines: [known.length > 0 ? linesText(known) : 'no known format'],
    what: known.length > 0 ? 'Collect new lines' : 'See why not',
  };
}

/** `about 12,000 lines`. */
export function linesText(logs: readonly Pick<FoundLog, 'lines' | 'exact'>[]): string {
  const lines = logs.reduce((sum, log) => sum + log.lines, 0);
  return `${logs.every(({ exact }) => exact) ? '' : 'about '}${plural(lines, 'line')}`;
}
