import { aliasNumbers } from '../aliasNumbers.ts';
import { existsSync } from 'node:fs';
import { extname, join, resolve } from 'node:path';
import { openMemory } from '../../engine/data/withDatabase.ts';
import { sourceFormat } from '../../engine/data/readSource.ts';
import { checkOneSelect } from '../../engine/data/oneSelect.ts';
import { checkFiles } from '../../engine/data/checkFiles.ts';
import { ProjectError, WorkError } from '../../engine/base/errors.ts';
import { isGlob } from '../../engine/base/glob.ts';
import { withoutSqlEnd } from '../../engine/base/withoutSqlEnd.ts';
import { datasetOfFile } from '../../engine/overview/dataSubject.ts';
import { modelTools } from '../../engine/models/modelTools.ts';
import { findAlias, hasSeveralModels, modelNamed } from '../../engine/project/models.ts';
import type { ReadSettings } from '../../engine/project/schema/readSettings.ts';
import { readOfDataset, schemaOfDataset } from '../../engine/project/schemaOfDataset.ts';
import { champion } from '../../engine/registry/aliases.ts';
import { selectedVersion } from '../../engine/registry/selectedVersion.ts';
import { batchSource } from '../../engine/serving/batchSource.ts';
import { deploymentColumns } from '../../engine/serving/deploymentColumns.ts';
import { scoreBatch } from '../../engine/serving/scoreBatch.ts';
import { exitCodes } from '../../protocol/problem.ts';
import type { CommandContext } from '../context.ts';
import { readSelector } from '../readOption.ts';
import { tellReading } from '../tellReading.ts';
import { versionText } from '../../words/models.ts';
import { bar } from '../terminal.ts';
import { count } from '../../words/numbers.ts';
import { projectPath } from '../../engine/base/projectPath.ts';

export interface PredictOptions {
  input?: string;
  output?: string;
  deployment?: string;
  modelVersion?: string;
  sql?: string;
}

/**
 * `loopwright predict`: scores files with a model version into Parquet; with a batch deployment its input and output
 * are the defaults.
 */
export async function predict(context: CommandContext, options: PredictOptions): Promise<number> {
  const { root, files } = context.project();
  const config = context.config();
  const deployment =
    options.deployment !== undefined && Object.hasOwn(config.deployments ?? {}, options.deployment)
      ? config.deployments?.[options.deployment]
      : undefined;
  if (options.deployment !== undefined && deployment?.as !== 'batch')
    throw new ProjectError(`\`${options.deployment}\` is not a batch deployment.`);
  const input = options.input ?? (deployment?.as === 'batch' ? deployment.input : undefined);
  if (input === undefined)
    throw new ProjectError('Give `--input FILE`, or name a batch deployment with `--deployment`.');
  const asked = options.modelVersion === undefined ? null : readSelector(options.modelVersion, aliasNumbers(context));
  const output = outputPath(root, options.output, deployment?.as === 'batch' ? deployment.output : undefined);
  const store = context.store();
  const served = deployment?.as === 'batch' ? findAlias(config, deployment.model) : null;
  const model = modelNamed(config, asked?.name ?? served?.name ?? null);
  const { name } = model;
  const selected = asked?.version ?? served?.alias ?? null;
  const wanted = selectedVersion(store, name, selected);
  if (!wanted)
    throw new WorkError(
      `\`${name}\` has no ${selected ?? champion} to predict with. Promote a version with \`loopwright models promote VERSION\`, or name one with \`--model-version\`.`,
    );
  const found = isGlob(input)
    ? files.glob(input).map((file) => projectPath(root, file))
    : [existsSync(projectPath(root, input)) ? projectPath(root, input) : resolve(input)];
  if (found.length === 0) throw new WorkError(`No file matches \`${input}\`.`);
  const sql = options.sql === undefined ? null : files.read(options.sql);
  if (options.sql !== undefined && sql === null) throw new ProjectError(`There is no file \`${options.sql}\`.`);
  await checkFiles(found, context.signal);
  const db = await openMemory();
  const interrupt = () => db.interrupt();
  context.signal.addEventListener('abort', interrupt);
  try {
    const columns = deploymentColumns(context.project(), config, options.deployment ?? null, model);
    const dataset = datasetOfFile(root, config, found[0] ?? '');
    const given =
      dataset === null
        ? { schema: null, read: valueSettings(readOfDataset(context.project(), config, model.data ?? '')) }
        : {
            schema: schemaOfDataset(context.project(), config, dataset),
            read: readOfDataset(context.project(), config, dataset),
          };
    const reading = tellReading(context, { files: found, read: given.read });
    let source = await batchSource(db, found, wanted, columns, given);
    if (sql !== null) {
      await db.run(`CREATE TEMP VIEW rows AS SELECT * FROM ${source}`);
      const query = withoutSqlEnd(typeof sql === 'string' ? sql : new TextDecoder().decode(sql));
      await checkOneSelect(db, query);
      source = `(${query}\n)`;
    }
    const result = await scoreBatch({
      store,
      version: wanted,
      tools: modelTools(store, config, name, (line) => context.terminal.note(line)),
      db,
      source,
      parquet: sql === null && found.length === 1 && sourceFormat(found[0] ?? '') === 'parquet' ? found[0] : undefined,
      output,
      columns,
      deployment: options.deployment ?? null,
      invalid: deployment?.as === 'batch' ? deployment.invalid : undefined,
      signal: context.signal,
      onProgress: (share) => context.terminal.progress(`${bar(share)} ${Math.round(share * 100)} %`),
    });
    if (context.json)
      context.printJson({
        rows: result.rows,
        output: result.output,
        model: wanted.model,
        version: wanted.version,
        reading,
        refused: result.refused,
        quarantine: result.quarantine,
        rules: result.rules.map(({ field, rule, mode, count: n, message }) => ({
          field,
          rule,
          mode,
          count: n,
          message,
        })),
      });
    else {
      context.terminal.line(
        `${count(result.rows)} rows scored by ${versionText({ name, version: wanted.version }, hasSeveralModels(config))} into ${result.output}`,
      );
      if (result.quarantine !== null)
        context.terminal.line(`${count(result.refused)} rows break the schema and are in ${result.quarantine}`);
      for (const { message } of result.rules) context.terminal.note(message);
    }
    return exitCodes.done;
  } finally {
    context.signal.removeEventListener('abort', interrupt);
    db.close();
  }
}

/** How values are written; the shape of another file is its own. */
function valueSettings(read: ReadSettings | undefined): ReadSettings | undefined {
  if (!read) return undefined;
  const { decimal, thousands, dates, missing } = read;
  const given = Object.entries({ decimal, thousands, dates, missing }).filter(([, value]) => value !== undefined);
  return given.length === 0 ? undefined : Object.fromEntries(given);
}

function outputPath(root: string, given: string | undefined, folder: string | undefined): string {
  const stamp = new Date().toISOString().slice(0, 19).replaceAll(':', '');
  if (given === undefined) return join(projectPath(root, folder ?? 'predictions'), `${stamp}.parquet`);
  if (extname(given) !== '.parquet') throw new ProjectError(`\`--output ${given}\` must end in .parquet.`);
  return resolve(given);
}
