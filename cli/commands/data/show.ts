import { ProjectError } from '../../../engine/base/errors.ts';
import { parseSubject } from '../../../engine/overview/dataSubject.ts';
import {
  getSnapshot,
  newestSnapshot,
  schemaTextOf,
  snapshotProfile,
  type Snapshot,
} from '../../../engine/tracking/snapshots.ts';
import type { Store } from '../../../engine/store/store.ts';
import type { ColumnProfile } from '../../../protocol/dataProfile.ts';
import { exitCodes } from '../../../protocol/problem.ts';
import type { CommandContext } from '../../context.ts';
import { dataPlace } from '../../dataPlace.ts';
import { timeText } from '../../../words/times.ts';
import { table } from '../../terminal.ts';
import { count } from '../../../words/numbers.ts';
import { told } from './log.ts';

/** `loopwright data show VERSION`: the recorded facts of a version, with its profile. */
export async function dataShow(context: CommandContext, text: string | undefined): Promise<number> {
  const { version, store } = versionGiven(context, text);
  const profile = snapshotProfile(store, version.id);
  const schemaText = version.schemaHash === null ? null : schemaTextOf(store, version.schemaHash);
  if (context.json) {
    context.printJson({ ...told(version), columns: version.columns, schemaText, profile });
    return exitCodes.done;
  }
  const { terminal } = context;
  terminal.line(
    `${terminal.style('bold', `${version.dataset}@${version.id}`)}  ${timeText(version.createdAt)}  ${new Date(version.createdAt).toISOString()}`,
  );
  const facts: [string, string | null][] = [
    ['rows', count(version.rows)],
    ['bytes', count(version.bytes)],
    [
      'quarantined',
      version.quarantined === 0
        ? null
        : `${count(version.quarantined)}${version.detail.quarantineFile ? ` in ${version.detail.quarantineFile}` : ''}`,
    ],
    ['source', version.source],
    [
      'watermark',
      version.state?.watermark ? `${version.state.watermark.column} up to ${version.state.watermark.value}` : null,
    ],
    ['hash', version.hash],
    ['parent', version.parent],
    ['run', version.runId],
    ['schema', version.schemaHash === null ? null : `sha256 ${version.schemaHash.slice(0, 16)}…`],
    [
      'split',
      version.detail.split
        ? Object.entries(version.detail.split)
            .map(([side, n]) => `${side} ${count(n)}`)
            .join(', ')
        : null,
    ],
    ['period', version.detail.period ? `${version.detail.period.from} to ${version.detail.period.to}` : null],
    ['data', version.kept ? version.files.map(({ path }) => path).join(', ') : 'no longer kept'],
  ];
  for (const [name, value] of facts) if (value !== null) terminal.line(`  ${name.padEnd(12)} ${value}`);
  for (const rule of version.detail.rules ?? []) terminal.line(`  broken       ${rule.message}`);
  terminal.line();
  for (const line of profile
    ? profileTable(version, profile)
    : table(
        ['column', 'type'],
        version.columns.map(({ name, type }) => [name, type]),
      ))
    terminal.line(line);
  return exitCodes.done;
}

/** The version that a text names; a dataset names its newest version. */
export function versionGiven(context: CommandContext, text: string | undefined): { version: Snapshot; store: Store } {
  if (text === undefined)
    throw new ProjectError('Name a version: its id, a dataset, or `DATASET~1` for the version before the newest.');
  const place = dataPlace(context);
  const subject = parseSubject(text, place);
  if (subject.kind === 'file')
    throw new ProjectError(`\`${text}\` is a file; \`loopwright data profile ${text}\` summarizes it.`);
  const version = place.store
    ? subject.kind === 'snapshot'
      ? getSnapshot(place.store, subject.id)
      : newestSnapshot(place.store, subject.name)
    : null;
  if (!place.store || !version) throw new ProjectError(`\`${text}\` has no version yet. Run the stage that writes it.`);
  return { version, store: place.store };
}

function profileTable(version: Snapshot, profile: readonly ColumnProfile[]): string[] {
  const types = new Map(version.columns.map(({ name, sqlType, type }) => [name, sqlType ?? type]));
  const rows = profile.map((column) => {
    const value = (x: number | undefined) =>
      x === undefined
        ? ''
        : column.type === 'datetime'
          ? new Date(x).toISOString().slice(0, 19).replace('T', ' ')
          : String(Number(x.toPrecision(5)));
    const n = column.numbers ?? undefined;
    return [
      column.name,
      types.get(column.name) ?? column.type,
      column.rows === 0 ? '' : `${((100 * column.missing) / column.rows).toFixed(1)} %`,
      `${column.exact ? '' : '≈ '}${count(column.distinct)}`,
      value(n?.min),
      value(n?.median),
      value(n?.max),
      column.type === 'datetime' ? '' : value(n?.mean),
      (column.top ?? [])
        .slice(0, 3)
        .map(({ value: text }) => (text.length > 20 ? `${text.slice(0, 19)}…` : text))
        .join(', '),
    ];
  });
  return table(
    ['column', 'type', 'missing', 'distinct', 'min', 'median', 'max', 'mean', 'most frequent'],
    rows,
    [2, 3, 4, 5, 6, 7],
  );
}
