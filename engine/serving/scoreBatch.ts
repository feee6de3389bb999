import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Database } from '../data/database.ts';
import { columnsOf } from '../data/inspectColumns.ts';
import { quoteIdentifier, quoteLiteral } from '../data/quote.ts';
import { writeParquet } from '../data/writeTable.ts';
import { DataError, checkCancelled } from '../base/errors.ts';
import { loadModel } from '../models/savedModel.ts';
import { relativePath } from '../project/projectFiles.ts';
import type { ModelVersion } from '../registry/modelVersions.ts';
import { predictTable } from '../models/predictTable.ts';
import type { Store } from '../store/store.ts';
import type { DeploymentColumns } from './deploymentColumns.ts';
import { logPredictionFile } from './predictionLog.ts';

export interface BatchRequest {
  store: Store;
  version: ModelVersion;
  db: Database;
  /** FROM-able SQL with the rows. */
  source: string;
  /** Absolute path of the Parquet file that is written. */
  output: string;
  columns: DeploymentColumns;
  /** Registers the file in the prediction log of this deployment. */
  deployment: string | null;
  signal?: AbortSignal | undefined;
  onProgress?: ((share: number) => void) | undefined;
}

const chunk = 200_000;
const own = ['_score', '_prediction', '_key', '_at', '_model_version'];
let batches = 0;

/**
 * Scores a table into a Parquet file: all its columns with `_score`, `_prediction`, `_key`, `_at` and `_model_version`.
 * Works out of core. Returns the number of rows.
 */
export async function scoreBatch(request: BatchRequest): Promise<{ rows: number; output: string }> {
  const { store, version, db, columns } = request;
  const model = await loadModel(join(store.root, version.path));
  const rows = `batch_${++batches}`;
  const scoresFile = join(store.folder, 'tmp', `scores-${process.pid}-${batches}.csv`);
  mkdirSync(join(store.folder, 'tmp'), { recursive: true });
  await db.run(`CREATE TEMP TABLE ${rows} AS SELECT * FROM ${request.source}`);
  // Columns of an earlier scoring would get other names beside the new ones.
  for (const name of own) await db.run(`ALTER TABLE ${rows} DROP COLUMN IF EXISTS ${name}`);
  try {
    const known = (await columnsOf(db, rows)).map((column) => column.name);
    const missing = model.meta.features.map((feature) => feature.name).filter((name) => !known.includes(name));
    if (missing.length > 0)
      throw new DataError(
        `The input lacks ${missing.length === 1 ? 'the column' : 'the columns'} ${missing.map((name) => `\`${name}\``).join(', ')} that version ${version.version} reads; it has ${known.join(', ')}.`,
      );
    const total = Number((await db.rows(`SELECT count(*) AS n FROM ${rows}`))[0]?.['n'] ?? 0);
    const features = model.meta.features.map(({ name }) => quoteIdentifier(name)).join(', ');
    writeFileSync(scoresFile, 's,p\n');
    for (let from = 0; from < total; from += chunk) {
      checkCancelled(request.signal);
      const part = await db.table(
        `SELECT ${features} FROM ${rows} WHERE rowid >= ${from} AND rowid < ${from + chunk} ORDER BY rowid`,
      );
      const { values, task } = await predictTable(model, part);
      const classes = version.report.classes ?? model.meta.classes;
      const threshold = version.report.threshold ?? 0.5;
      const lines = Array.from(values, (value) =>
        task === 'multiclass'
          ? `,"${(classes[value] ?? '').replaceAll('"', '""')}"`
          : task === 'binary'
            ? `${value},"${classes[value >= threshold ? 1 : 0] ?? ''}"`
            : `${value},"${value}"`,
      );
      writeFileSync(scoresFile, lines.length > 0 ? `${lines.join('\n')}\n` : '', { flag: 'a' });
      request.onProgress?.(Math.min(1, (from + chunk) / total));
    }
    const now = Date.now();
    const at =
      columns.time !== null && known.includes(columns.time)
        ? `CAST(${quoteIdentifier(columns.time)} AS TIMESTAMP)`
        : `make_timestamp_ms(${now})`;
    const key =
      columns.key !== null && known.includes(columns.key)
        ? `CAST(${quoteIdentifier(columns.key)} AS VARCHAR)`
        : 'NULL::VARCHAR';
    const scores = `read_csv(${quoteLiteral(scoresFile)}, header = true, columns = {'s': 'DOUBLE', 'p': 'VARCHAR'}, parallel = false)`;
    await writeParquet(
      db,
      `SELECT t.*, s.s AS _score, s.p AS _prediction, ${key} AS _key, ${at} AS _at, ${version.version} AS _model_version FROM (SELECT * FROM ${rows} ORDER BY rowid) t POSITIONAL JOIN ${scores} s`,
      request.output,
    );
    if (request.deployment !== null && total > 0) {
      const [span] = await db.rows(`SELECT epoch_ms(min(${at})) AS a, epoch_ms(max(${at})) AS b FROM ${rows}`);
      logPredictionFile(
        store,
        { deployment: request.deployment, model: version.model, version: version.version, role: 'stable' },
        {
          path: relativePath(store.root, request.output),
          from: Math.floor(Number(span?.['a'] ?? now)),
          to: Math.ceil(Number(span?.['b'] ?? now)),
          rows: total,
        },
      );
    }
    return { rows: total, output: request.output };
  } finally {
    rmSync(scoresFile, { force: true });
    await db.run(`DROP TABLE IF EXISTS ${rows}`).catch(() => {});
  }
}
