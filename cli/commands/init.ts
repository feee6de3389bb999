import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { stringify } from 'yaml';
import { openDatabase } from '../../engine/data/database.ts';
import { inferSchema } from '../../engine/data/inferSchema.ts';
import { quoteIdentifier } from '../../engine/data/quote.ts';
import { sourceSql } from '../../engine/data/readSource.ts';
import { ProjectError } from '../../engine/errors.ts';
import { projectFileName } from '../../engine/project/loadProject.ts';
import type { DatasetSchema } from '../../engine/project/schema/datasetSchema.ts';
import { exitCodes } from '../../protocol/problem.ts';
import { projectFileNames } from '../../protocol/projectFiles.ts';
import type { CommandContext } from '../context.ts';

export interface InitOptions {
  data?: string;
  target?: string;
}

/** `loopwright init [DIR]`: a first project. With `--data FILE --target COLUMN` it is made for that data and runs as it stands; no file is overwritten. */
export async function init(context: CommandContext, folder: string | undefined, options: InitOptions): Promise<number> {
  const root = resolve(folder ?? '.');
  const known = projectFileNames.find((name) => existsSync(join(root, name)));
  if (known !== undefined) throw new ProjectError(`${join(root, known)} exists already; nothing was changed.`);
  if (options.target !== undefined && options.data === undefined) throw new ProjectError('`--target` needs `--data FILE`.');
  const files = options.data === undefined ? emptyProject(root) : await projectFor(root, resolve(options.data), options.target);
  const existing = Object.keys(files).find((path) => existsSync(join(root, path)));
  if (existing !== undefined) throw new ProjectError(`${existing} exists already; nothing was changed.`);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  if (context.json) context.printJson({ root, files: Object.keys(files) });
  else {
    for (const path of Object.keys(files)) context.terminal.line(`wrote ${path}`);
    context.terminal.line(options.data === undefined ? 'Next: put your command into loopwright.yaml, then `loopwright run`.' : 'Next: read the schema, then `loopwright run`.');
  }
  return exitCodes.done;
}

const ignore = '.loopwright/\n';

function emptyProject(root: string): Record<string, string> {
  return {
    [projectFileName]: `version: 1
project: ${projectName(root)}
seed: 1

params:
  learning_rate: 0.01

stages:
  train:
    # Any program. Its inputs go into deps, its outputs into outs, its results as JSON into metrics.
    cmd: echo "{\\"learning_rate\\":" \${params.learning_rate} "}" > metrics.json
    metrics: [metrics.json]
`,
    ...(existsSync(join(root, '.gitignore')) ? {} : { '.gitignore': ignore }),
  };
}

async function projectFor(root: string, data: string, target: string | undefined): Promise<Record<string, string>> {
  const db = await openDatabase();
  let schema: DatasetSchema;
  let chosen: string | undefined;
  let values: unknown[];
  let rows: number;
  try {
    const source = sourceSql([data]);
    schema = await inferSchema(db, source);
    const names = schema.fields.map((field) => field.name);
    chosen = target ?? names.at(-1);
    if (chosen === undefined || !names.includes(chosen)) throw new ProjectError(`The data has no column \`${target}\`; it has ${names.join(', ')}.`);
    const column = quoteIdentifier(chosen);
    values = (await db.rows(`SELECT DISTINCT ${column} AS value FROM ${source} WHERE ${column} IS NOT NULL ORDER BY 1 LIMIT 3`)).map((row) => row['value']);
    rows = Number((await db.rows(`SELECT count(*) AS n FROM ${source}`))[0]?.['n'] ?? 0);
  } finally {
    db.close();
  }
  const time = schema.fields.find((field) => field.loopwright?.role === 'timestamp')?.name;
  for (const field of schema.fields) {
    // A number that is only ever one of two values, such as 0 and 1, is a class.
    if (field.name === chosen) field.loopwright = { role: 'target', ...(values.length === 2 && field.type === 'integer' ? { positive: Number(values[1]) } : {}) };
    else if (field.loopwright === undefined && ['number', 'integer', 'boolean'].includes(field.type ?? '')) field.loopwright = { role: 'feature' };
    else if (field.loopwright === undefined && field.categories) field.loopwright = { role: 'feature' };
  }
  const key = [schema.primaryKey ?? []].flat()[0];
  const targetField = schema.fields.find((field) => field.name === chosen);
  const binary = targetField?.type === 'boolean' || targetField?.loopwright?.positive !== undefined || targetField?.categories?.length === 2;
  const regression = !binary && (targetField?.type === 'number' || targetField?.type === 'integer') && !targetField.categories;
  const path = relative(root, data).replaceAll('\\', '/');
  const split = time === undefined ? `by: random${key === undefined ? ', column: row_id' : ''}` : `by: time, column: ${JSON.stringify(time)}`;
  const rowId = time === undefined && key === undefined;
  if (rowId) schema.fields.unshift({ name: 'row_id', type: 'integer', loopwright: { role: 'id' } });
  return {
    [projectFileName]: `version: 1
project: ${projectName(root)}
seed: 1

params:
  hidden: [32, 16]
  epochs: 30
  batch_size: ${rows < 20_000 ? 32 : 256}
  learning_rate: 0.005

datasets:
  source: { path: ${JSON.stringify(path)} }
  features: { path: data/features.parquet, schema: schemas/features.dataset.yaml }

stages:
  prepare:
    uses: prepare
    with:
      sql: sql/features.sql
      output: features
      invalid: quarantine
      split: { ${split}, train: 0.7, validation: 0.15, test: 0.15 }
  train:
    uses: train
    with: { data: features, model: mlp, hidden: "\${params.hidden}", epochs: "\${params.epochs}", batch_size: "\${params.batch_size}", learning_rate: "\${params.learning_rate}" }
  validate:
    uses: validate
    with: { model: train, data: features }
    gates:
      ${regression ? 'r2: { min: 0.1 }' : binary ? 'pr_auc: { min: 0.5 }' : 'balanced_accuracy: { min: 0.5 }'}
`,
    'sql/features.sql': `-- One SELECT in DuckDB SQL; each dataset of loopwright.yaml is a table of its name.\nSELECT ${rowId ? 'row_number() OVER () AS row_id, ' : ''}*\nFROM source\n`,
    'schemas/features.dataset.yaml': `# Guessed from ${basename(data)}: check types, roles and constraints.\n${stringify(schema, { lineWidth: 0 })}`,
    ...(existsSync(join(root, '.gitignore')) ? {} : { '.gitignore': ignore }),
  };
}

function projectName(root: string): string {
  const name = basename(root).replaceAll(/[^A-Za-z0-9_.-]+/g, '-').replace(/^[^A-Za-z0-9]+/, '');
  return name === '' ? 'project' : name;
}
