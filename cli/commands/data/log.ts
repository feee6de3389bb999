import { ProjectError } from '../../../engine/base/errors.ts';
import { columnChanges, type ColumnSide } from '../../../engine/data/diffTables.ts';
import { suggestion } from '../../../engine/base/didYouMean.ts';
import { listSnapshots, type Snapshot } from '../../../engine/tracking/snapshots.ts';
import { exitCodes } from '../../../protocol/problem.ts';
import type { CommandContext } from '../../context.ts';
import { readCount } from '../../readOption.ts';
import { count } from '../../../words/numbers.ts';
import { timeText } from '../../../words/times.ts';
import { table } from '../../terminal.ts';

export interface DataLogOptions {
  limit?: string;
}

/** `loopwright data log [DATASET]`: the versions, newest first. */
export async function dataLog(
  context: CommandContext,
  dataset: string | undefined,
  options: DataLogOptions,
): Promise<number> {
  const { terminal } = context;
  const store = context.storeIfAny();
  const limit = readCount(options.limit ?? '20', 'limit');
  const all = store ? listSnapshots(store, dataset) : [];
  if (dataset !== undefined && all.length === 0) {
    const known = Object.keys(context.config().datasets ?? {});
    if (!known.includes(dataset))
      throw new ProjectError(
        `There is no dataset \`${dataset}\`.${suggestion(dataset, known) || (known.length > 0 ? ` Datasets: ${known.join(', ')}.` : '')}`,
      );
  }
  const byId = new Map(all.map((version) => [version.id, version]));
  const lines = all
    .slice(0, limit)
    .map((version) => ({ version, parent: version.parent === null ? null : (byId.get(version.parent) ?? null) }));
  if (context.json) {
    context.printJson({
      total: all.length,
      versions: lines.map(({ version, parent }) => ({
        ...told(version),
        rowsChange: parent ? version.rows - parent.rows : null,
        columns: version.columns,
        columnChanges: parent ? columnChanges(sides(parent), sides(version)) : null,
      })),
    });
    return exitCodes.done;
  }
  if (all.length === 0)
    terminal.line(
      dataset === undefined
        ? 'No version of any dataset. Run `loopwright run` to make the first.'
        : `No version of \`${dataset}\`. Run the stage that writes it.`,
    );
  else {
    const head = [
      ...(dataset === undefined ? ['dataset'] : []),
      'version',
      'when',
      'rows',
      '±',
      'bytes',
      'quarantined',
      'columns',
      'run',
      'source',
    ];
    const first = dataset === undefined ? 1 : 0;
    const rows = lines.map(({ version, parent }) => [
      ...(dataset === undefined ? [version.dataset] : []),
      `${version.id.slice(0, 8)}${version.kept ? '' : ' ○'}`,
      timeText(version.createdAt),
      count(version.rows),
      parent ? signed(version.rows - parent.rows) : '',
      count(version.bytes),
      version.quarantined === 0 ? '' : count(version.quarantined),
      parent ? columnMarks(parent, version) : `${version.columns.length}`,
      version.runId?.slice(0, 8) ?? '',
      shortened(version.source),
    ]);
    for (const line of table(
      head,
      rows,
      [2, 3, 4, 5].map((i) => i + first),
    ))
      terminal.line(line);
    if (lines.some(({ version }) => !version.kept)) terminal.line('○ the data itself is no longer kept');
    if (all.length > lines.length) terminal.line(`${all.length - lines.length} more; use \`--limit\` to show them.`);
  }
  return exitCodes.done;
}

/** The fields of a version in the JSON output. */
export function told({ state, columns: _columns, ...version }: Snapshot) {
  return { ...version, createdAt: new Date(version.createdAt).toISOString(), watermark: state?.watermark ?? null };
}

/** Columns of a version; old stores have no SQL type. */
export function sides({ columns }: Snapshot): ColumnSide[] {
  return columns.map(({ name, type, sqlType }) => ({ name, type, sqlType: sqlType ?? type }));
}

/** `+2 −1 ~1`, or nothing if the columns are those of the previous version. */
function columnMarks(parent: Snapshot, version: Snapshot): string {
  const { added, removed, changed } = columnChanges(sides(parent), sides(version));
  return [
    added.length > 0 ? `+${added.length}` : '',
    removed.length > 0 ? `−${removed.length}` : '',
    changed.length > 0 ? `~${changed.length}` : '',
  ]
    .filter(Boolean)
    .join(' ');
}

export function signed(value: number): string {
  return value === 0 ? '0' : `${value > 0 ? '+' : '−'}${count(Math.abs(value))}`;
}

function shortened(text: string): string {
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}
