import type { BlameItem } from '../../protocol/blame.ts';
import { areKept, keptPath } from '../data/snapshotFiles.ts';
import { sourceSql } from '../data/readSource.ts';
import { withDatabase } from '../data/withDatabase.ts';
import { compareTables } from '../drift/compareTables.ts';
import { messageOf } from '../base/errors.ts';
import type { Snapshot } from '../tracking/snapshots.ts';
import type { Store } from '../store/store.ts';
import type { KeptRun } from './keptRun.ts';

/**
 * The datasets that differ between two runs: rows, columns, and the distributions of columns where both versions are
 * stored.
 */
export async function dataChanges(
  store: Store,
  a: KeptRun,
  b: KeptRun,
  signal?: AbortSignal,
): Promise<{ items: BlameItem[]; notes: string[] }> {
  const items: BlameItem[] = [];
  const notes: string[] = [];
  // Only the last data that a stage read matters: where it is equal, its sources cannot have moved anything.
  const final = finalDatasets(a, b);
  const settled =
    final.length > 0 && final.every((dataset) => a.inputs.get(dataset)?.hash === b.inputs.get(dataset)?.hash);
  for (const dataset of [...new Set([...a.inputs.keys(), ...b.inputs.keys()])].toSorted()) {
    const [before, after] = [a.inputs.get(dataset), b.inputs.get(dataset)];
    if (before?.hash === after?.hash) continue;
    const item = (why: string, weight: number): BlameItem => ({
      kind: 'data',
      name: dataset,
      before: shown(before),
      after: shown(after),
      why,
      weight,
      path: null,
    });
    if (!before || !after) items.push(item('only one of the runs read it', 85));
    else if (settled && !final.includes(dataset))
      items.push(item(`another content, but ${final.join(' and ')}, which is made of it, is the same`, 10));
    else {
      const found = await compareVersions(store, before, after, signal);
      if (found.note !== null) notes.push(`${dataset}: ${found.note}`);
      const raw = final.length > 0 && !final.includes(dataset);
      items.push(item(found.why, Math.round((raw ? 75 : 88) + 10 * found.share)));
    }
  }
  return { items, notes };
}

/** The recorded input datasets of stages that train, test or run a program; without a record, all datasets. */
function finalDatasets(...runs: KeptRun[]): string[] {
  const found = new Set<string>();
  for (const { made, inputs, stages } of runs) {
    const read = new Set(
      stages
        .filter(({ kind }) => kind !== 'collect' && kind !== 'prepare')
        .flatMap(({ stage }) => Object.keys(made[stage]?.deps ?? {})),
    );
    for (const [dataset, { files }] of inputs) if (files.some(({ path }) => read.has(path))) found.add(dataset);
  }
  return [...found].toSorted();
}

async function compareVersions(
  store: Store,
  before: Snapshot,
  after: Snapshot,
  signal: AbortSignal | undefined,
): Promise<{ why: string; share: number; note: string | null }> {
  const names = (snapshot: Snapshot) => new Map(snapshot.columns.map(({ name, type }) => [name, type]));
  const [old, now] = [names(before), names(after)];
  const came = [...now.keys()].filter((name) => !old.has(name));
  const went = [...old.keys()].filter((name) => !now.has(name));
  const retyped = [...now].filter(([name, type]) => old.has(name) && old.get(name) !== type).map(([name]) => name);
  const parts = [
    rowsText(before.rows, after.rows),
    ...listed('new', came),
    ...listed('gone', went),
    ...listed('another type of', retyped),
  ];
  const schema = came.length + went.length + retyped.length > 0 ? 0.5 : 0;
  if (!areKept(store.folder, before.files) || !areKept(store.folder, after.files))
    return {
      why: parts.join('; '),
      share: Math.max(schema, 0.2),
      note: 'the content of one version is no longer kept, so distributions could not be compared',
    };
  const shared = [...now.keys()].filter((name) => old.has(name) && name !== '_split');
  try {
    const source = (snapshot: Snapshot) =>
      sourceSql(
        snapshot.files.map((file) => keptPath(store.folder, file)),
        { withFile: false },
      );
    const drift = await withDatabase(signal, (db) =>
      compareTables(db, source(before), source(after), { profile: 'loopwright', columns: shared }),
    );
    const drifted = drift.columns.filter((column) => column.drifted).map(({ column }) => column);
    parts.push(
      drifted.length === 0
        ? `none of ${shared.length} columns is distributed otherwise`
        : `distributed otherwise: ${drifted.slice(0, 5).join(', ')}${drifted.length > 5 ? ` and ${drifted.length - 5} more` : ''}`,
    );
    return { why: parts.join('; '), share: Math.max(schema, drift.dataset.share), note: null };
  } catch (error) {
    return {
      why: parts.join('; '),
      share: Math.max(schema, 0.2),
      note: `distributions could not be compared: ${messageOf(error)}`,
    };
  }
}

function rowsText(before: number, after: number): string {
  const n = (value: number) => value.toLocaleString('en-US');
  return before === after ? `${n(before)} rows as before, with another content` : `${n(before)} → ${n(after)} rows`;
}

function listed(word: string, names: readonly string[]): string[] {
  return names.length === 0 ? [] : [`${word} ${names.slice(0, 5).join(', ')}`];
}

function shown(snapshot: Snapshot | undefined): string | null {
  return snapshot ? `${snapshot.hash.slice(0, 12)}, ${snapshot.rows.toLocaleString('en-US')} rows` : null;
}
