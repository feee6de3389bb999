import { relative, resolve } from 'node:path';
import { rawSource } from '../../../engine/data/typedSource.ts';
import { validateTable } from '../../../engine/data/validateTable.ts';
import { withDatabase } from '../../../engine/data/withDatabase.ts';
import { writeCsv } from '../../../engine/data/writeTable.ts';
import { ProjectError } from '../../../engine/base/errors.ts';
import { foreignSources } from '../../../engine/overview/dataViews.ts';
import { loadConfigFile } from '../../../engine/project/loadProject.ts';
import { parseYaml } from '../../../engine/project/parseYaml.ts';
import type { DatasetSchema } from '../../../engine/project/schema/datasetSchema.ts';
import { exitCodes } from '../../../protocol/problem.ts';
import type { CommandContext } from '../../context.ts';
import { subjectGiven } from '../../dataPlace.ts';
import { tellReading } from '../../tellReading.ts';
import { datasetTable } from '../../../engine/overview/dataSubject.ts';
import { readRegularFile, whyUnread } from '../../../engine/base/readRegularFile.ts';
import { count } from '../../../words/numbers.ts';

export interface DataValidateOptions {
  schema?: string;
  environment?: string;
  quarantine?: string;
}

/**
 * `loopwright data validate DATA`: checks every row against its schema; exits with 1 if a rule of severity error is
 * broken.
 */
export async function dataValidate(
  context: CommandContext,
  text: string | undefined,
  options: DataValidateOptions,
): Promise<number> {
  const { found, place } = await subjectGiven(context, text);
  const { terminal } = context;
  const schema = options.schema === undefined ? found.schema : readSchemaFile(options.schema);
  if (!schema)
    throw new ProjectError(
      `There is no schema for ${found.title}. Give one with \`--schema FILE\`, or run \`loopwright data infer\` to create one.`,
    );
  const read = options.schema === undefined ? found.read : (schema.loopwright?.read ?? found.read);
  const reading = tellReading(context, { files: found.files, read }, { ragged: false });
  const result = await withDatabase(context.signal, async (db) => {
    const raw = rawSource(found.files, schema, read);
    const foreign = await foreignSources(db, schema, (dataset) => datasetTable(place, dataset));
    const checked = await validateTable(db, {
      source: raw.sql,
      schema,
      mode: raw.mode,
      rejects: raw.rejects,
      foreign,
      environment: options.environment,
    });
    if (options.quarantine !== undefined && checked.invalidRows > 0)
      await writeCsv(db, checked.invalidSql, resolve(options.quarantine));
    const { rows, validRows, invalidRows, rules, tableProblems } = checked;
    return {
      rows,
      validRows,
      invalidRows,
      rules: rules.map((rule) => ({
        ...rule,
        firstFile: named(rule.firstFile),
        examples: rule.examples.map((example) => ({ ...example, file: named(example.file) })),
      })),
      tableProblems,
    };
  });
  const failed =
    result.rules.some(({ mode }) => mode !== 'warn') ||
    result.tableProblems.some(({ severity }) => severity === 'error');
  if (context.json) context.printJson({ ...result, valid: !failed, reading });
  else {
    for (const { message, severity } of result.tableProblems) terminal.line(`${severity}: ${message}`);
    for (const { message, mode, firstFile, examples } of result.rules) {
      terminal.line(
        `${mode === 'warn' ? 'warning' : 'error'}: ${message}${firstFile === null ? '' : ` of ${firstFile}`}`,
      );
      for (const example of examples.slice(1))
        terminal.line(
          terminal.style('dim', `         row ${example.row}${example.value === null ? '' : `: ${example.value}`}`),
        );
    }
    terminal.line(
      `${count(result.rows)} rows, ${count(result.invalidRows)} invalid${options.quarantine !== undefined && result.invalidRows > 0 ? `, written to ${options.quarantine}` : ''}.`,
    );
  }
  return failed ? exitCodes.failed : exitCodes.done;
}

/** A separate schema file, in YAML or JSON. Throws a ProjectError with the findings if it is not valid. */
export function readSchemaFile(path: string): DatasetSchema {
  let text: Uint8Array;
  try {
    text = readRegularFile(path);
  } catch (error) {
    throw new ProjectError(`${whyUnread(path, error)}.`);
  }
  const { value, problems } = loadConfigFile<DatasetSchema>('dataset', parseYaml(path, text));
  if (!value) throw new ProjectError(`${path} is not a dataset schema.`, problems);
  return value;
}

function named(file: string | null): string | null {
  return file === null ? null : relative(process.cwd(), file);
}
