import { named as itemNamed } from '../../engine/base/named.ts';
import { CompletionItemKind, type CompletionItem } from 'vscode-languageserver';
import type { ColumnFacts, Facts } from '../../engine/facts/facts.ts';
import { nodeAt, type Located } from '../../engine/project/located.ts';
import { metricDocs, metricsFor } from '../../engine/evaluation/metrics.ts';
import { taskOf } from '../../engine/project/taskOf.ts';
import { rankMetrics } from '../../engine/tracking/rankMetrics.ts';
import { plural } from '../../words/numbers.ts';
import { modelAliases } from '../../protocol/models.ts';
import { domainMeasure } from '../../engine/drift/compareDomains.ts';
import { profileNames } from '../../engine/drift/driftTable.ts';
import { columnMeasures, comparedWords } from '../../engine/drift/measures.ts';
import type { Project } from '../../engine/project/loadProject.ts';
import type { KeyPath } from '../../engine/project/schemaPath.ts';
import type { Field } from '../../engine/project/schema/datasetSchema.ts';
import type { FileKind } from '../../engine/project/shape.ts';
import { columnsFor, datasetAround } from './columns.ts';
import { describeColumn } from './describeColumn.ts';
import { plainName } from './plainName.ts';

export interface ValuePlace {
  kind: FileKind;
  root: Located | null;
  path: KeyPath;
  project: Project | null;
  facts: Facts;
  /** The part of the value typed so far. */
  word: string;
  /** The path of the file in its project. */
  file: string;
}

/** The values of a format: names of the project, its columns, files, and examples of durations and similar. */
export function formatItems(format: string, place: ValuePlace): CompletionItem[] {
  const { project, kind, root } = place;
  const config = project?.readable?.config;
  const declared = (section: string, among?: object) =>
    Object.keys(kind === 'project' ? valuesOf(root, section) : (among ?? {}));
  switch (format) {
    case 'reference:dataset':
      return declared('datasets', config?.datasets).map((name) =>
        named(name, CompletionItemKind.Struct, config?.datasets?.[name]?.path),
      );
    case 'reference:stage':
      return declared('stages', config?.stages).map((name) => {
        const stage = config?.stages[name];
        return named(name, CompletionItemKind.Function, stage && ('uses' in stage ? stage.uses : stage.cmd));
      });
    case 'reference:model':
      return modelItems(place);
    case 'reference:model-or-stage':
      return [...modelItems(place), ...formatItems('reference:stage', place)];
    case 'model-alias':
      return [
        ...modelAliases.map((alias) => named(alias, CompletionItemKind.EnumMember)),
        ...modelItems(place).flatMap(({ label, detail }) =>
          modelAliases.map((alias) => named(`${label}@${alias}`, CompletionItemKind.EnumMember, detail)),
        ),
      ];
    case 'reference:deployment':
      return declared('deployments', config?.deployments).map((name) =>
        named(name, CompletionItemKind.Interface, config?.deployments?.[name]?.as),
      );
    case 'reference:monitor':
      return declared('monitors', config?.monitors).map((name) =>
        named(name, CompletionItemKind.Event, config?.monitors?.[name]?.deployment),
      );
    case 'param':
      return Object.entries(config?.params ?? {}).map(([name, value]) =>
        named(name, CompletionItemKind.Variable, JSON.stringify(value)),
      );
    case 'metric':
      return metricItems(place);
    case 'drift-measure':
      return measureItems(place);
    case 'column':
      return columnItems(place);
    case 'path':
    case 'log-path':
      return pathItems(place);
    case 'duration':
      return examples(['15m', '1h', '6h', '1d', '7d', '30d'], CompletionItemKind.Unit);
    case 'windows':
      return examples(['1 window', '2 windows', '3 windows'], CompletionItemKind.Unit);
    case 'cron':
      return [
        ['0 3 * * *', 'every day at 03:00 UTC'],
        ['0 3 * * 1', 'Mondays at 03:00 UTC'],
        ['0 3 1 * *', 'the first of each month at 03:00 UTC'],
        ['0 * * * *', 'every hour'],
      ].map(([label = '', detail = '']) => ({ ...quoted(label, CompletionItemKind.Value), detail }));
    case 'unit':
      return examples(
        [
          '%',
          'EUR',
          'USD',
          'GBP',
          'km',
          'm',
          'kg',
          's',
          'ms',
          'min',
          'h',
          'd',
          'years',
          '°C',
          'kWh',
          'km/h',
          'bytes',
          'items',
        ],
        CompletionItemKind.Unit,
      );
    default:
      return [];
  }
}

/** The models of the project, with their stages. */
function modelItems({ kind, root, project }: ValuePlace): CompletionItem[] {
  const models = project?.readable?.config.models;
  const names = Object.keys(kind === 'project' ? valuesOf(root, 'models') : (models ?? {}));
  return names.map((name) => {
    const { from, address } = models?.[name] ?? {};
    return named(name, CompletionItemKind.Class, from === undefined ? address : `made by ${from}`);
  });
}

/** Values for a dataset schema from the data: columns, values, bounds. */
export function dataItems(place: ValuePlace): CompletionItem[] {
  if (place.kind !== 'dataset') return [];
  const { root, path } = place;
  const own = fieldNames(root);
  const [section, index, key, inner] = path;
  if (section === 'primaryKey' || section === 'uniqueKeys' || (section === 'foreignKeys' && key === 'fields'))
    return own.map((name) => named(name, CompletionItemKind.Field));
  if (section === 'foreignKeys' && key === 'reference') {
    const datasets = place.project?.readable?.config.datasets ?? {};
    if (inner === 'resource')
      return Object.entries(datasets).map(([name, { path: where }]) => named(name, CompletionItemKind.Struct, where));
    const other = textAt(root, ['foreignKeys', Number(index), 'reference', 'resource']);
    const schema = other === null ? undefined : datasets[other]?.schema;
    const names =
      schema === undefined ? own : (place.project?.schemas.get(schema)?.value?.fields ?? []).map((field) => field.name);
    return names.map((name) => named(name, CompletionItemKind.Field));
  }
  if (section !== 'fields' || typeof index !== 'number') return [];
  const columns = columnsOfFile(place);
  if (key === 'name')
    return columns
      .filter((column) => !own.includes(column.name))
      .map((column) => ({
        ...named(column.name, CompletionItemKind.Field, `${column.type} · in the data`),
        documentation: { kind: 'markdown', value: describeColumn(null, column, null) },
      }));
  const column = itemNamed(columns, textAt(root, ['fields', index, 'name']) ?? '');
  if (!column) return [];
  if (key === 'type')
    return [{ ...named(column.type, CompletionItemKind.EnumMember, 'as in the data'), preselect: true, sortText: '0' }];
  const listed = key === 'categories' || (key === 'constraints' && inner === 'enum');
  if (listed)
    return (column.top ?? []).map(({ value, count }) => ({
      ...named(value, CompletionItemKind.Value, `${count.toLocaleString('en')} rows`),
    }));
  if (key === 'constraints' && column.numbers && column.type !== 'datetime') {
    if (inner === 'minimum')
      return [named(String(column.numbers.min), CompletionItemKind.Value, 'the smallest in the data')];
    if (inner === 'maximum')
      return [named(String(column.numbers.max), CompletionItemKind.Value, 'the largest in the data')];
  }
  return [];
}

/** The columns of the data of the datasets that use a schema file. */
export function columnsOfFile({ project, facts, file }: Pick<ValuePlace, 'project' | 'facts' | 'file'>): ColumnFacts[] {
  const datasets = Object.entries(project?.readable?.config.datasets ?? {}).filter(
    ([, dataset]) => dataset.schema === file,
  );
  for (const [name] of datasets) {
    const columns = facts.dataset(name)?.columns ?? [];
    if (columns.length > 0) return columns;
  }
  return [];
}

/** The metrics that the stages measure, then those logged by runs. */
function metricItems({ project, facts }: ValuePlace): CompletionItem[] {
  const config = project?.readable?.config;
  const tasks = Object.values(config?.stages ?? {}).flatMap((stage) => {
    const schema = 'uses' in stage && stage.uses === 'train' ? config?.datasets?.[stage.with.data]?.schema : undefined;
    return 'uses' in stage && stage.uses === 'train'
      ? (taskOf(stage, schema === undefined ? null : (project?.schemas.get(schema)?.value ?? null)) ?? [])
      : [];
  });
  const runs = facts.history()?.runs ?? [];
  const logged = new Map<string, number>();
  for (const run of runs)
    for (const key of Object.keys(run.metrics))
      if (!key.startsWith('system/')) logged.set(key, (logged.get(key) ?? 0) + 1);
  const onlyPrograms =
    config !== undefined && Object.values(config.stages).every((stage) => !('uses' in stage)) && logged.size > 0;
  const measured = onlyPrograms
    ? []
    : [...new Set(tasks.length > 0 ? tasks.flatMap((task) => metricsFor(task)) : metricsFor(null))];
  const others = rankMetrics([...logged].map(([key, count]) => ({ key, runs: count }))).filter(
    ({ name }) => !measured.includes(name),
  );
  return [
    ...measured.map((label) => ({ label, kind: CompletionItemKind.Value, documentation: metricDocs(label) ?? '' })),
    ...others.map(({ name }, index) => ({
      ...named(name, CompletionItemKind.Value, `logged by ${plural(logged.get(name) ?? 0, 'run')}`),
      sortText: `~${String(index).padStart(3, '0')}`,
    })),
  ];
}

/** The drift measures of the monitor's profile. */
function measureItems({ root, path }: ValuePlace): CompletionItem[] {
  const written = textAt(root, [...path.slice(0, -1), 'profile']);
  const profile = profileNames.find((name) => name === written) ?? 'loopwright';
  return [
    ...columnMeasures(profile).map(({ name, displayName, types }) =>
      named(
        name,
        CompletionItemKind.EnumMember,
        `${displayName}, for ${types.map((type) => comparedWords[type]).join(' and ')}`,
      ),
    ),
    named(domainMeasure, CompletionItemKind.EnumMember, 'A classifier of whole rows'),
  ];
}

/** Columns of the schema, then further columns of the data. */
function columnItems({ project, kind, root, path, facts }: ValuePlace): CompletionItem[] {
  if (!project) return [];
  const dataset = kind === 'project' ? datasetAround(root, path) : null;
  const found = dataset === null ? null : facts.dataset(dataset);
  const fields = columnsFor(project, kind, root, path);
  const dataOf = (name: string) => itemNamed(found?.columns, name) ?? null;
  const item = (name: string, type: string, note: string, field: Field | null): CompletionItem => ({
    ...named(name, CompletionItemKind.Field, `${type}${note}`),
    documentation: { kind: 'markdown', value: describeColumn(field, dataOf(name), found) },
  });
  return [
    ...fields.map((field) =>
      item(field.name, field.type ?? 'any', field.loopwright?.role ? ` · ${field.loopwright.role}` : '', field),
    ),
    ...(found?.columns ?? [])
      .filter((column) => !itemNamed(fields, column.name))
      .map((column) => ({
        ...item(column.name, column.type, ' · in the data, not declared', null),
        sortText: `~${column.name}`,
      })),
  ];
}

function pathItems({ project, word }: ValuePlace): CompletionItem[] {
  if (!project) return [];
  const here = word.startsWith('./') ? './' : '';
  const start = word.slice(here.length).replaceAll(/[*?[\]{}]/g, '');
  const found = project.files
    .glob(`${start}*`)
    .filter((path) => !/^(\.git|\.loopwright|node_modules)(\/|$)/.test(path))
    .slice(0, 200);
  return found.map((path) => {
    const folder = !/\.[^/]+$/.test(path) && project.files.glob(`${path}/*`).length > 0;
    // The next list opens as by typing, without a selected item.
    const more = { title: 'More', command: 'editor.action.triggerSuggest', arguments: [{ auto: true }] };
    return {
      ...named(`${here}${path}`, folder ? CompletionItemKind.Folder : CompletionItemKind.File),
      ...(folder ? { insertText: plainName(`${here}${path}/`), command: more } : {}),
    };
  });
}

export function valuesOf(root: Located | null | undefined, key: string): Record<string, unknown> {
  const node = nodeAt(root ?? undefined, [key]);
  return node?.kind === 'map'
    ? Object.fromEntries(
        node.entries.map((entry) => [entry.key, entry.value.kind === 'scalar' ? entry.value.value : null]),
      )
    : {};
}

function fieldNames(root: Located | null): string[] {
  const fields = nodeAt(root ?? undefined, ['fields']);
  return fields?.kind === 'seq' ? fields.items.flatMap((_, i) => textAt(root, ['fields', i, 'name']) ?? []) : [];
}

function textAt(root: Located | null, path: KeyPath): string | null {
  const node = nodeAt(root ?? undefined, path);
  return node?.kind === 'scalar' && typeof node.value === 'string' ? node.value : null;
}

export function named(label: string, kind: CompletionItemKind, detail?: string): CompletionItem {
  const text = plainName(label);
  return {
    label,
    kind,
    ...(text === label ? {} : { insertText: text, filterText: label }),
    ...(detail === undefined ? {} : { detail }),
  };
}

function quoted(label: string, kind: CompletionItemKind): CompletionItem {
  return { label, kind, insertText: JSON.stringify(label), filterText: label };
}

function examples(labels: readonly string[], kind: CompletionItemKind): CompletionItem[] {
  return labels.map((label) => named(label, kind));
}
