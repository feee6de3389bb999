import type { DatasetSummary } from '../../protocol/lifeCycle.ts';
import { commandIds } from '../commandIds.ts';
import type { Project } from '../projects/project.ts';
import { ago, bytes, count, exactTime, plural } from '../words.ts';
import type { Row, RowSubject } from './row.ts';

export function datasetRows(project: Project): Row[] {
  return (project.overview?.datasets ?? []).map((dataset) => datasetRow(project, dataset));
}

function datasetRow(project: Project, dataset: DatasetSummary): Row {
  const { snapshot, schema } = dataset;
  const subject: RowSubject = { project };
  if (schema !== null) subject.file = schema;
  const newest = snapshot ? ` · ${count(snapshot.rows)} rows · ${ago(snapshot.createdAt)}` : '';
  const row: Row = {
    id: `dataset/${dataset.name}`,
    label: dataset.name,
    description: dataset.snapshotCount === 0 ? 'no snapshot yet' : `${plural(dataset.snapshotCount, 'snapshot')}${newest}`,
    tooltip: `${dataset.name}\n${dataset.path}${schema === null ? '\nNo schema: nothing checks its rows' : `\nSchema ${schema}`}`,
    icon: 'database',
    context: schema === null ? 'dataset' : 'dataset file',
    subject,
    children: () => details(project, dataset),
  };
  if (schema !== null) row.open = { id: commandIds.openFile, args: [subject] };
  return row;
}

function details(project: Project, dataset: DatasetSummary): Row[] {
  const id = `dataset/${dataset.name}`;
  const rows: Row[] = [{ id: `${id}/path`, label: 'Path', description: dataset.path, icon: 'file-directory' }];
  const { snapshot, schema } = dataset;
  if (schema === null) rows.push({ id: `${id}/schema`, label: 'No schema', description: 'nothing checks its rows', icon: 'circle-outline' });
  else rows.push({ id: `${id}/schema`, label: 'Schema', description: schema, icon: 'symbol-structure', open: { id: commandIds.openFile, args: [{ project, file: schema }] } });
  if (!snapshot) return rows;
  rows.push(
    { id: `${id}/rows`, label: 'Rows', description: `${count(snapshot.rows)} · ${bytes(snapshot.bytes)}`, icon: 'table' },
    { id: `${id}/at`, label: 'Snapshot', description: `${snapshot.id.slice(0, 8)} · ${exactTime(snapshot.createdAt)}`, icon: 'git-commit', context: 'copyable', subject: { project, text: snapshot.hash }, tooltip: `Content hash ${snapshot.hash}` },
  );
  if (snapshot.quarantined > 0) {
    rows.push({ id: `${id}/quarantined`, label: 'Quarantined', description: `${count(snapshot.quarantined)} rows`, icon: 'warning', color: 'problemsWarningIcon.foreground' });
  }
  return rows;
}
