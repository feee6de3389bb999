import type { SubjectChoice } from '../../protocol/dataProfile.ts';
import type { DatasetSummary } from '../../protocol/lifeCycle.ts';
import { commandIds } from '../commandIds.ts';
import type { Project } from '../projects/project.ts';
import { listenerText } from '../../words/listeners.ts';
import { count, plural } from '../../words/numbers.ts';
import { bytes } from '../../words/sizes.ts';
import { exactTime, timeText } from '../../words/times.ts';
import { withProblem } from './problemRow.ts';
import type { Row, RowSubject } from './row.ts';

export function datasetRows(project: Project): Row[] {
  return (project.overview?.datasets ?? []).map((dataset) =>
    withProblem(datasetRow(project, dataset), project, dataset.problem),
  );
}

/** A click looks at the data; the schema is an action on the row. */
function datasetRow(project: Project, dataset: DatasetSummary): Row {
  const { snapshot, schema } = dataset;
  const subject: RowSubject = { project, dataset: dataset.name };
  if (schema !== null) subject.file = schema;
  const newest = snapshot ? ` · ${count(snapshot.rows)} rows · ${timeText(snapshot.createdAt)}` : '';
  return {
    id: `dataset/${dataset.name}`,
    label: dataset.name,
    description:
      dataset.snapshotCount === 0 ? 'no snapshot yet' : `${plural(dataset.snapshotCount, 'snapshot')}${newest}`,
    tooltip: `${dataset.name}\n${dataset.path}${schema === null ? '\nNo schema: its rows are not checked' : `\nSchema ${schema}`}`,
    icon: 'database',
    context: schema === null ? 'dataset' : 'dataset file',
    subject,
    children: async () => [...details(project, dataset), ...(await versions(project, dataset))],
    open: { id: commandIds.openProfile, args: [{ project, dataset: dataset.name }] },
  };
}

function details(project: Project, dataset: DatasetSummary): Row[] {
  const id = `dataset/${dataset.name}`;
  const rows: Row[] = [{ id: `${id}/path`, label: 'Path', description: dataset.path, icon: 'file-directory' }];
  const { snapshot, schema } = dataset;
  if (schema === null)
    rows.push({
      id: `${id}/schema`,
      label: 'No schema',
      description: 'no schema',
      icon: 'circle-outline',
    });
  else
    rows.push({
      id: `${id}/schema`,
      label: 'Schema',
      description: schema,
      icon: 'symbol-structure',
      open: { id: commandIds.openFile, args: [{ project, file: schema }] },
    });
  if (dataset.source) {
    const { stage, kind, listener } = dataset.source;
    const last = project.overview?.stages.find(({ name }) => name === stage)?.last;
    rows.push({
      id: `${id}/source`,
      label: 'Source',
      description: [
        kind,
        ...(listener === undefined || listener.state === 'stopped'
          ? []
          : [listener.state === 'died' ? 'the listener has died' : 'listening']),
        last ? `collected ${timeText(last.startedAt)}` : 'not collected yet',
      ].join(' · '),
      icon: listener?.state === 'died' ? 'warning' : 'plug',
      tooltip: `Collected by the stage ${stage}\n${listener ? `${listenerText(listener)}\n` : ''}Preview what it would bring`,
      open: { id: commandIds.previewSource, args: [{ project, stage }] },
    });
  }
  if (!snapshot) return rows;
  rows.push(
    {
      id: `${id}/rows`,
      label: 'Rows',
      description: `${count(snapshot.rows)} · ${bytes(snapshot.bytes)}`,
      icon: 'table',
    },
    {
      id: `${id}/at`,
      label: 'Snapshot',
      description: `${snapshot.id.slice(0, 8)} · ${exactTime(snapshot.createdAt)}`,
      icon: 'git-commit',
      context: 'copyable',
      subject: { project, text: snapshot.hash },
      tooltip: `Content hash ${snapshot.hash}`,
    },
  );
  if (snapshot.quarantined > 0) {
    rows.push({
      id: `${id}/quarantined`,
      label: 'Quarantined',
      description: `${count(snapshot.quarantined)} rows`,
      icon: 'warning',
      color: 'problemsWarningIcon.foreground',
    });
  }
  return rows;
}

const shownVersions = 20;

/** The versions whose data is kept, newest first; a click shows what each changed. */
async function versions(project: Project, dataset: DatasetSummary): Promise<Row[]> {
  if (dataset.snapshotCount === 0) return [];
  const choices = await project.engine.request('data/subjects', {});
  const own = choices.filter(
    ({ subject, title }) => subject.kind === 'snapshot' && title.startsWith(`${dataset.name}@`),
  );
  return own.slice(0, shownVersions).map((version, index) => versionRow(project, dataset, version, own[index + 1]));
}

function versionRow(
  project: Project,
  dataset: DatasetSummary,
  { subject, title, rows, madeAt }: SubjectChoice,
  before: SubjectChoice | undefined,
): Row {
  const snapshot = subject.kind === 'snapshot' ? subject.id : '';
  const about: RowSubject = { project, snapshot, text: snapshot };
  const change =
    rows === null || !before || before.rows === null
      ? ''
      : rows === before.rows
        ? 'same row count as before'
        : `${rows > before.rows ? '+' : '−'}${count(Math.abs(rows - before.rows))}`;
  return {
    id: `dataset/${dataset.name}/version/${snapshot}`,
    label: title.slice(dataset.name.length + 1),
    description: [madeAt === null ? '' : timeText(madeAt), rows === null ? '' : `${count(rows)} rows`, change]
      .filter(Boolean)
      .join(' · '),
    tooltip: [
      title,
      madeAt === null ? '' : exactTime(madeAt),
      before ? `Open profile, compared with ${before.title}` : 'Open profile',
    ]
      .filter(Boolean)
      .join('\n'),
    icon: 'git-commit',
    context: 'data version',
    subject: about,
    open: { id: commandIds.openProfile, args: [about] },
  };
}
