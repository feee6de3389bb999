import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openDatabase, type Database } from '../../engine/data/database.ts';
import { HeldFiles } from '../../engine/data/logs/heldFiles.ts';
import { copyLines } from '../../engine/data/logs/lineSlices.ts';
import { LogParts } from '../../engine/data/logs/logParts.ts';
import { ScannedLines } from '../../engine/data/logs/scannedLines.ts';
import { scannerFor } from '../../engine/data/logs/scannerFor.ts';
import type { DatasetSchema, Field } from '../../engine/project/schema/datasetSchema.ts';
import { validateTable } from '../../engine/data/validateTable.ts';
import type { FromLogs } from '../../engine/project/schema/sources/logs.ts';
import { makeProject } from './makeProject.ts';

let state = 7;
export const random = (upTo: number) => (state = (state * 48271) % 2147483647) % upTo;
export const any = <T>(list: readonly T[]): T => list[random(list.length)] as T;
/** Returns the first one of a list mostly, any of it otherwise. */
export const mostly = <T>(list: readonly T[]): T => (random(14) > 0 ? (list[0] as T) : any(list));

/** Reads a file twice: scanned, and by SQL alone. Returns the rows and lines that are none, as JSON. */
async function bothWays(text: string | Buffer, source: FromLogs, schema: DatasetSchema | null) {
  const root = makeProject({});
  writeFileSync(join(root, 'x.log'), text);
  const db = await openDatabase({ threads: 2 });
  const held = new HeldFiles(root, ['x.log'], { known: [], since: null, warn: () => {} });
  const [file] = (await held.refresh()).files;
  assert.ok(file);
  const read = async (isScanned: boolean) => {
    const folder = join(root, String(isScanned));
    mkdirSync(folder);
    const scanner = isScanned ? scannerFor(source, schema) : null;
    const scanned = scanner && new ScannedLines(scanner);
    const slice = await copyLines(file, 0, join(folder, 'lines'), {
      encoding: 'utf-8',
      continued: null,
      isFinished: true,
      scanned,
      signal: new AbortController().signal,
    });
    assert.ok(slice !== null && slice !== 'changed');
    const parts = new LogParts(db, folder, source, schema);
    const lines = await parts.add(slice, { file: 'x.log', before: 5, order: 1 });
    const rows = await db.rows(`SELECT * FROM ${await parts.rows()} ORDER BY _line`);
    const unparsed = await db.rows(`SELECT * FROM (${parts.unparsed()}) ORDER BY line`);
    const checked = schema && (await checkedRows(db, await parts.rows(), schema, parts));
    return { checked, lines, count: parts.count(), rows, unparsed, share: 1 - (scanned?.others.length ?? 0) / lines };
  };
  try {
    return { scanned: await read(true), slowly: await read(false) };
  } finally {
    await held.close();
    db.close();
  }
}

/** The rows that fit a schema, and the numbers of those that do not, with the reasons. */
async function checkedRows(db: Database, source: string, schema: DatasetSchema, parts: LogParts) {
  const proof = parts.proof() !== null;
  const result = await validateTable(db, {
    source,
    schema,
    mode: 'raw',
    lineColumn: '_line',
    ...(proof ? { provedRows: parts.count().rows } : {}),
  });
  const rows = await db.rows(result.validSql);
  const invalid = await db.rows(`SELECT _row, _reasons FROM (${result.invalidSql}) ORDER BY _row`);
  await result.discard();
  return { rows, invalid, validRows: result.validRows, invalidRows: result.invalidRows };
}

/** The same rows fit the schema, with the same values, and the same lines are none. */
export async function agreeChecked(lines: readonly string[], source: Partial<FromLogs>, schema: DatasetSchema) {
  const text = lines.map((line) => `${line}\n`).join('');
  const { scanned, slowly } = await bothWays(text, { logs: 'x.log', format: 'json', ...source }, schema);
  for (const [i, { line, text: wanted }] of slowly.unparsed.entries())
    assert.deepEqual([scanned.unparsed[i]?.['line'], scanned.unparsed[i]?.['text']], [line, wanted]);
  assert.deepEqual(scanned.count, slowly.count);
  assert.deepEqual(scanned.checked, slowly.checked);
  assert.deepEqual(
    scanned.rows.map((row) => row['_line']),
    slowly.rows.map((row) => row['_line']),
  );
  return scanned.share;
}

export async function agree(lines: readonly string[], source: Partial<FromLogs>, schema: DatasetSchema | null) {
  const text = lines.map((line) => `${line}\n`).join('');
  const both = await bothWays(text, { logs: 'x.log', format: 'combined', ...source }, schema);
  // Where an empty text is missing, it is so at once.
  for (const row of [...both.scanned.rows, ...both.slowly.rows])
    for (const [name, value] of Object.entries(row)) if (value === '') row[name] = null;
  const { share, checked: _found, ...found } = both.scanned;
  const { share: _, checked: _wanted, ...wanted } = both.slowly;
  for (const [i, row] of wanted.rows.entries()) {
    const line = lines[Number(row['_line']) - 6];
    // The order of columns is that of the schema when lines are scanned.
    assert.deepEqual(found.rows[i], row, `${line}`);
  }
  assert.deepEqual(found, wanted);
  return share;
}

export const fields = (...names: (string | Field)[]): DatasetSchema => ({
  fields: names.map((name) => (typeof name === 'string' ? { name, type: 'string' } : name)),
});
