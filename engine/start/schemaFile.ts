import { existsSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { inferSchema } from '../data/inferSchema.ts';
import type { Database } from '../data/database.ts';
import { projectFileNames } from '../../protocol/projectFiles.ts';
import { yamlText } from '../project/edit.ts';
import { schemaText } from '../project/mergeSchema.ts';
import type { DatasetSchema } from '../project/schema/datasetSchema.ts';
import { writeAtomic } from '../base/writeAtomic.ts';
import { openTable, type OpenTable } from './openTable.ts';

/**
 * Writes a dataset schema for a file: to `schemas/` of its project when that folder exists, otherwise beside the file.
 * An existing schema is not changed. Throws DataError when the file cannot be read as a table.
 */
export async function makeSchemaFile(
  db: Database,
  file: string,
  signal?: AbortSignal,
): Promise<{ path: string; made: boolean }> {
  const path = placeFor(file);
  if (existsSync(path)) return { path, made: false };
  const open = await openTable(db, file, {}, signal);
  writeAtomic(path, await inferredText(db, file, open));
  return { path, made: true };
}

function placeFor(file: string): string {
  const name = `${basename(file).replace(/(\.\w+)?(\.gz)?$/i, '')}.dataset.yaml`;
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    if (projectFileNames.some((one) => existsSync(join(folder, one))) && existsSync(join(folder, 'schemas')))
      return join(folder, 'schemas', name);
    if (existsSync(join(folder, '.git')) || dirname(folder) === folder) return join(dirname(file), name);
  }
}

async function inferredText(db: Database, file: string, open: OpenTable): Promise<string> {
  const guessed = await inferSchema(db, open.view, { guess: true });
  // The format of a value is read from the texts; its meaning is a guess from the values.
  const fields = guessed.fields.map((field) => ({
    ...field,
    ...(open.readAs ? open.schema.fields.find(({ name }) => name === field.name) : {}),
  }));
  const schema: DatasetSchema = { ...guessed, fields };
  const from = sourceKeys(open);
  const lines = [
    `Inferred from ${basename(file)}. Types, bounds, categories and roles are guesses from the data: check them, and remove \`guessed\` where they are right.`,
    ...(open.estimated ? ['The file is large: only its start was read.'] : []),
    ...(from === null ? [] : [`Collect it with from: { files: ${relative(dirname(file), file)}, ${from} }`]),
  ];
  return schemaText(schema, lines.join('\n'));
}

/** Returns the keys that `collect` needs to read a file, or null when it needs none. */
export function sourceKeys({ readAs, columns }: Pick<OpenTable, 'readAs' | 'columns'>): string | null {
  if (!readAs) return null;
  const { encoding, delimiter, header, skip } = readAs;
  if (encoding === 'utf-8' && header && skip === 0 && columns === null) return null;
  return [
    ...(encoding === 'utf-8' ? [] : [`encoding: ${encoding}`]),
    `delimiter: ${JSON.stringify(delimiter)}`,
    ...(header ? [] : ['header: false']),
    ...(skip > 0 ? [`skip: ${skip}`] : []),
    ...(columns ? [`columns: [${columns.map(yamlText).join(', ')}]`] : []),
  ].join(', ');
}
