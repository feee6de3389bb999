import { dirname } from 'node:path';
import { isGlob } from '../base/glob.ts';
import { globTops } from '../base/globTops.ts';
import { isInside, projectPath } from '../base/projectPath.ts';
import type { ProjectConfig } from '../project/schema/projectSchema.ts';
import type { Database } from './database.ts';
import { quoteLiteral } from './quote.ts';
import { rewrittenFolder } from './reading/rewrittenFiles.ts';

/** What SQL of a project may read and write: these folders with all that is in them, and these files. */
export interface SqlPlaces {
  folders: string[];
  files: string[];
}

/**
 * Returns the places of a project: its folder, the folders under `outside_folders`, and its datasets where they are
 * outside. `written` names the dataset that is written, with temporary files beside it.
 */
export function sqlPlaces(
  root: string,
  config: Pick<ProjectConfig, 'datasets' | 'outside_folders'>,
  written: string | null = null,
): SqlPlaces {
  const places: SqlPlaces = {
    folders: [root, ...(config.outside_folders ?? []).map((folder) => projectPath(root, folder))],
    files: [],
  };
  for (const [name, { path }] of Object.entries(config.datasets ?? {})) {
    const place = projectPath(root, path);
    if (isInside(root, place)) continue;
    places.files.push(place);
    // A dataset may be a folder.
    places.folders.push(name === written ? dirname(place) : place);
    if (isGlob(path)) places.folders.push(...globTops(root, path).map((top) => top.path));
  }
  return places;
}

const confined = new WeakSet<Database>();

/**
 * Lets a database reach only these places from now on, and lets no statement change a setting: then SQL of a file may
 * run. It cannot be undone for this database, and later calls change nothing.
 */
export async function confineSql(db: Database, { folders, files }: SqlPlaces): Promise<void> {
  if (confined.has(db)) return;
  confined.add(db);
  const list = (paths: readonly string[]) => `[${[...new Set(paths)].map(quoteLiteral).join(', ')}]`;
  await db.run(
    `SET allowed_directories = ${list([...folders, rewrittenFolder()].map((folder) => `${folder.replace(/[\\/]$/, '')}/`))}`,
  );
  await db.run(`SET allowed_paths = ${list(files)}`);
  await db.run('SET enable_external_access = false');
  await db.run('SET lock_configuration = true');
}

/** Says what a refusal of DuckDB to open a file means here; other messages stay. */
export function explainConfined(message: string): string {
  return message.replace(
    /Cannot access (?:file|directory) "([^"]*)" - file system operations are disabled by configuration/,
    '`$1` is outside the project. Name its folder under `outside_folders`, or make it a dataset',
  );
}
