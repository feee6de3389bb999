import { existsSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { parseDocument } from 'yaml';
import { DataError, ProjectError } from '../../../engine/base/errors.ts';
import { importCroissant } from '../../../engine/interop/croissant.ts';
import { greatExpectationsSuite, jsonSchemaOf, tableSchemaJson } from '../../../engine/interop/exportSchema.ts';
import { isRecord, type Imported } from '../../../engine/interop/imported.ts';
import { importMlflowSignature } from '../../../engine/interop/mlflowSignature.ts';
import { importPandera } from '../../../engine/interop/panderaYaml.ts';
import { suggestion } from '../../../engine/base/didYouMean.ts';
import { schemaText } from '../../../engine/project/mergeSchema.ts';
import { writeAtomic } from '../../../engine/base/writeAtomic.ts';
import { exitCodes } from '../../../protocol/problem.ts';
import type { CommandContext } from '../../context.ts';
import { dataPlace } from '../../dataPlace.ts';
import { readSchemaFile } from './validate.ts';
import { readRegularFile, whyUnread } from '../../../engine/base/readRegularFile.ts';

export const importFormats = ['croissant', 'mlflow', 'pandera'] as const;
export const exportFormats = ['table-schema', 'json-schema', 'great-expectations'] as const;

export interface DataImportOptions {
  from?: (typeof importFormats)[number];
  table?: string;
  output?: string;
}

/**
 * `loopwright data import FILE`: a dataset schema from Croissant, an MLflow signature or pandera; which of them is told
 * by what the file holds.
 */
export async function dataImport(
  context: CommandContext,
  file: string | undefined,
  options: DataImportOptions,
): Promise<number> {
  if (file === undefined) throw new ProjectError('Name the file to import.');
  const document = readDocument(file);
  const format = options.from ?? guessFormat(document);
  if (format === null)
    throw new ProjectError(
      `${file} is not a Croissant description, an MLmodel file or a pandera schema. \`--from ${importFormats.join('|')}\` sets the format.`,
    );
  const tables =
    format === 'croissant'
      ? importCroissant(document)
      : [format === 'mlflow' ? importMlflowSignature(document) : importPandera(document)];
  const imported = chosenTable(tables, options.table);
  const text = schemaText(imported.schema, `Imported from ${basename(file)} (${format}).`);
  for (const note of imported.notes) context.terminal.note(note);
  if (options.output !== undefined) {
    const path = resolve(options.output);
    if (existsSync(path)) throw new ProjectError(`${path} already exists; nothing was changed.`);
    writeAtomic(path, text);
    if (context.json) context.printJson({ path, schema: imported.schema, notes: imported.notes });
    else context.terminal.line(`${imported.schema.fields.length} columns written to ${path}`);
  } else if (context.json) context.printJson({ schema: imported.schema, notes: imported.notes, text });
  else context.terminal.line(text.trimEnd());
  return exitCodes.done;
}

export interface DataExportOptions {
  to?: (typeof exportFormats)[number];
  output?: string;
}

/** `loopwright data export SCHEMA --to FORMAT`: a dataset's schema, or a schema file, for other tools. */
export async function dataExport(
  context: CommandContext,
  name: string | undefined,
  options: DataExportOptions,
): Promise<number> {
  if (name === undefined) throw new ProjectError('Name a dataset or a schema file.');
  const place = dataPlace(context);
  const dataset =
    place.config?.datasets && Object.hasOwn(place.config.datasets, name) ? place.config.datasets[name] : undefined;
  const schema = dataset?.schema
    ? (place.project?.schemas.get(dataset.schema)?.value ?? null)
    : existsSync(name)
      ? readSchemaFile(name)
      : null;
  if (!schema)
    throw new ProjectError(
      dataset
        ? `The dataset \`${name}\` has no readable schema.`
        : `\`${name}\` is neither a dataset nor a file.${suggestion(name, Object.keys(place.config?.datasets ?? {}))}`,
    );
  const format = options.to ?? 'table-schema';
  const title = basename(name).replace(/\.dataset\.ya?ml$|\.json$/, '');
  const document =
    format === 'table-schema'
      ? tableSchemaJson(schema)
      : format === 'json-schema'
        ? jsonSchemaOf(schema)
        : greatExpectationsSuite(schema, title);
  if (options.output === undefined) context.printJson(document);
  else {
    writeAtomic(resolve(options.output), `${JSON.stringify(document, null, 2)}\n`);
    if (!context.json) context.terminal.line(`written to ${resolve(options.output)}`);
  }
  return exitCodes.done;
}

function readDocument(file: string): unknown {
  let text: string;
  try {
    text = readRegularFile(file).toString('utf8');
  } catch (error) {
    throw new ProjectError(`${whyUnread(file, error)}.`);
  }
  const document = parseDocument(text);
  const [fault] = document.errors;
  if (fault)
    throw new DataError(`${file} is neither YAML nor JSON: ${fault.message.split('\n')[0]}`, {
      place: { file, line: fault.linePos?.[0].line ?? 1, column: fault.linePos?.[0].col ?? 1 },
    });
  return document.toJS({ maxAliasCount: 100 });
}

function guessFormat(document: unknown): (typeof importFormats)[number] | null {
  if (!isRecord(document)) return null;
  if ('recordSet' in document) return 'croissant';
  // A model that was logged without a signature is an MLmodel file too; the import reports what it lacks.
  if ('signature' in document || 'flavors' in document || ('inputs' in document && 'outputs' in document))
    return 'mlflow';
  return 'columns' in document ? 'pandera' : null;
}

function chosenTable(tables: readonly Imported[], name: string | undefined): Imported {
  const names = tables.map((table) => table.name ?? '');
  const found =
    name === undefined ? (tables.length === 1 ? tables[0] : undefined) : tables.find((table) => table.name === name);
  if (found) return found;
  throw new ProjectError(
    name === undefined
      ? `The file describes ${tables.length} tables; choose one with \`--table NAME\`: ${names.join(', ')}.`
      : `There is no table \`${name}\`.${suggestion(name, names) || ` Tables: ${names.join(', ')}.`}`,
  );
}
