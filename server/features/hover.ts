import { MarkupKind, type Hover, type Position } from 'vscode-languageserver';
import { noFacts, type Facts } from '../../engine/facts/facts.ts';
import { nodeAt, toValue, type Located, type Range } from '../../engine/project/located.ts';
import { metricDocs } from '../../engine/evaluation/metrics.ts';
import { parseMetric } from '../../engine/evaluation/metricName.ts';
import { propertyShape, shapesAt, spotAt, type Spot } from '../../engine/project/schemaPath.ts';
import { shapes, type FileKind, type Shape } from '../../engine/project/shape.ts';
import { isLowerBetter } from '../../protocol/metricDirection.ts';
import type { GateConfig } from '../../engine/project/schema/gates.ts';
import type { Project } from '../../engine/project/loadProject.ts';
import { columnsFor, datasetAround } from './columns.ts';
import { columnsOfFile } from './completionValues.ts';
import { declaredIn, referenceIn } from './declared.ts';
import { describeColumn } from './describeColumn.ts';
import { datasetInData, gateHistory, metricHistory, paramHistory, stageHistory } from './describeHistory.ts';
import { pathInProject, type Workspace } from '../workspace.ts';
import { codeSpan, textOnly } from './safeMarkdown.ts';

interface Around {
  kind: FileKind;
  root: Located | null;
  project: Project | null;
  facts: Facts;
  /** The path of the file in its project. */
  file: string;
}

/** A description of the key, value or name at the cursor, with its data and its results in earlier runs. */
export function provideHover(
  workspace: Workspace,
  factsOf: (project: Project) => Facts,
  uri: string,
  position: Position,
): Hover | null {
  const kind = workspace.kindOf(uri);
  const parsed = workspace.parsed(uri);
  if (kind === null || !parsed) return null;
  const offset = parsed.lines.offset(position.line + 1, position.character + 1);
  const spot = spotAt(parsed.root, offset);
  if (!spot) return null;
  const project = workspace.projectOf(uri);
  const around: Around = {
    kind,
    root: parsed.root,
    project,
    facts: project?.readable?.config ? factsOf(project) : noFacts,
    file: project ? pathInProject(project.root, uri) : '',
  };
  const reference = paramReference(parsed.text, offset, around);
  const text = reference?.text ?? describeName(spot, around) ?? describeShape(spot, kind, parsed.root);
  if (text === null) return null;
  const range = reference?.range ?? spot.range;
  const [start, end] = [parsed.lines.at(range.start), parsed.lines.at(range.end)];
  return {
    contents: { kind: MarkupKind.Markdown, value: text },
    range: {
      start: { line: start.line - 1, character: start.column - 1 },
      end: { line: end.line - 1, character: end.column - 1 },
    },
  };
}

/** `${params.x}` at the cursor: its value, and the values of earlier runs. */
function paramReference(text: string, offset: number, around: Around): { text: string; range: Range } | null {
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1;
  const lineEnd = text.indexOf('\n', offset) === -1 ? text.length : text.indexOf('\n', offset);
  for (const match of text.slice(lineStart, lineEnd).matchAll(/\$\{\s*params\.([\w-]+)\s*\}/g)) {
    const range = { start: lineStart + match.index, end: lineStart + match.index + match[0].length };
    if (offset >= range.start && offset <= range.end) return { text: describeParam(match[1] ?? '', around), range };
  }
  return null;
}

function describeParam(name: string, { project, facts }: Around): string {
  const value = toValue(nodeAt(project?.file.parsed.root ?? undefined, ['params', name]));
  if (value === undefined) return `There is no param \`${name}\`.`;
  return [`**param** \`${name}\` = \`${JSON.stringify(value)}\``, ...paramHistory(facts.history(), name)].join('\n\n');
}

/** Names with a description of their own: metrics, params, datasets, stages, columns. */
function describeName(spot: Spot, around: Around): string | null {
  const { kind, root, project, facts } = around;
  const [section, second, third] = spot.path;
  if (spot.on === 'key') {
    const parent = String(spot.path.at(-2) ?? '');
    const name = String(spot.path.at(-1) ?? '');
    if (kind === 'project' && (parent === 'gates' || parent === 'expect')) return describeMetric(name, spot, around);
    if (section === 'params' && spot.path.length === 2) return describeParam(name, around);
    if (
      kind === 'experiment' &&
      section === 'sweep' &&
      second === 'params' &&
      third !== undefined &&
      spot.path.length === 3
    )
      return describeParam(name, around);
    if (section === 'stages' && spot.path.length === 2) return describeStage(name, around);
    if (kind === 'project' && section === 'models' && spot.path.length === 2) return describeModel(name, around);
    if (kind === 'project' && section === 'datasets' && spot.path.length === 2) return describeDataset(name, around);
    return null;
  }
  if (spot.value?.kind !== 'scalar') return null;
  const name = String(spot.value.value);
  if (kind === 'dataset' && section === 'fields' && typeof second === 'number' && third === 'name')
    return describeOwnField(name, around);
  if (!project) return null;
  const formats = shapesAt(shapes[kind], root, spot.path).map((shape) => shape.format);
  for (const format of formats) {
    const reference = referenceIn(format, name, declaredIn(project.file.parsed.root));
    if (reference?.section === 'models') return describeModel(reference.name, around);
    if (reference?.section === 'stages') return describeStage(name, around);
  }
  if (formats.includes('reference:dataset')) return describeDataset(name, around);
  if (formats.includes('metric')) return describeMetric(name, spot, around);
  if (formats.includes('column')) {
    const dataset = kind === 'project' ? datasetAround(root, spot.path) : null;
    const found = dataset === null ? null : facts.dataset(dataset);
    const field = columnsFor(project, kind, root, spot.path).find((candidate) => candidate.name === name) ?? null;
    const column = found?.columns.find((candidate) => candidate.name === name) ?? null;
    return field || column ? describeColumn(field, column, found) : null;
  }
  return null;
}

function describeMetric(written: string, spot: Spot, { project, facts }: Around): string | null {
  const metric = parseMetric(written);
  const docs = metric ? metricDocs(metric.name) : undefined;
  if (!metric || docs === undefined) return loggedMetric(written, facts);
  const bound = spot.on === 'value' ? null : nodeAt(project?.resolved.root ?? undefined, spot.path);
  return [
    `**metric** \`${metric.name}\``,
    docs,
    metric.champion ? 'Difference to the champion on the same rows: this version minus the champion.' : null,
    metric.clean ? 'Change against the same rows as they are: after minus before.' : null,
    metric.test
      ? `On changed rows: \`${metric.test.kind}\` of ${metric.test.column === null ? 'each column, of which the worst counts' : `\`${metric.test.column}\``}.`
      : null,
    metric.attribute === null ? null : `Over the groups of \`${metric.attribute}\`.`,
    ...gateHistory(facts.history(), written, bound ? (toValue(bound) as GateConfig) : null),
  ]
    .filter((line) => line !== null)
    .join('\n\n');
}

/** A metric of a program with its values in the last runs. */
function loggedMetric(name: string, facts: Facts): string | null {
  const lines = metricHistory(facts.history(), name);
  return lines.length === 0
    ? null
    : [
        `**metric** \`${name}\``,
        `${isLowerBetter(name) ? 'Smaller' : 'Larger'} is better, judging by its name.`,
        ...lines,
      ].join('\n\n');
}

function describeDataset(name: string, { project, facts }: Around): string | null {
  const dataset = project?.readable?.config.datasets?.[name];
  if (!dataset) return null;
  return [
    `**dataset** \`${name}\``,
    `${codeSpan(dataset.path)}${dataset.schema ? `, schema ${codeSpan(dataset.schema)}` : ''}`,
    ...(dataset.description ? [textOnly(dataset.description)] : []),
    ...datasetInData(facts.dataset(name)),
  ].join('\n\n');
}

function describeModel(name: string, { project }: Around): string | null {
  const model = project?.readable?.config.models?.[name];
  if (!model) return null;
  return [
    `**model** \`${name}\`${model.from === undefined ? '' : `, made by the stage \`${model.from}\``}${model.address === undefined ? '' : `, at <${model.address}>`}`,
    ...(model.description ? [textOnly(model.description)] : []),
  ].join('\n\n');
}

function describeStage(name: string, { project, facts }: Around): string | null {
  const stage = project?.readable?.config.stages[name];
  if (!stage) return null;
  return [
    `**stage** \`${name}\`: ${'uses' in stage ? stage.uses : codeSpan(stage.cmd)}`,
    ...(stage.description ? [textOnly(stage.description)] : []),
    ...stageHistory(facts.history(), name),
  ].join('\n\n');
}

/** A column at its declaration, with the data of the first dataset that uses the schema. */
function describeOwnField(name: string, { project, facts, file }: Around): string | null {
  const field = project?.schemas.get(file)?.value?.fields.find((candidate) => candidate.name === name) ?? null;
  const column = columnsOfFile({ project, facts, file }).find((candidate) => candidate.name === name) ?? null;
  const owner = Object.entries(project?.readable?.config.datasets ?? {}).find(
    ([dataset, { schema }]) =>
      schema === file && facts.dataset(dataset)?.columns.some((candidate) => candidate.name === name),
  );
  return field || column ? describeColumn(field, column, owner ? facts.dataset(owner[0]) : null) : null;
}

function describeShape(spot: Spot, kind: FileKind, root: Parameters<typeof shapesAt>[1]): string | null {
  const shape = propertyShape(shapes[kind], root, spot.path);
  const narrowed = shapesAt(shapes[kind], root, spot.path);
  const description = shape?.description ?? narrowed.find((candidate) => candidate.description)?.description;
  if (!shape || !description) return null;
  const title = `**${String(spot.path.findLast((step) => typeof step === 'string') ?? '')}**${typeText(shape)}`;
  const member =
    narrowed.length === 1 &&
    narrowed[0] !== shape &&
    narrowed[0]?.description &&
    narrowed[0].description !== description
      ? `\n\n${narrowed[0].description}`
      : '';
  return `${title}\n\n${description}${member}`;
}

function typeText(shape: Shape): string {
  if (shape.const !== undefined) return `: \`${shape.const}\``;
  if (shape.enum) return `: ${shape.enum.map((value) => `\`${value}\``).join(' | ')}`;
  const range = [
    shape.minimum === undefined ? null : `from ${shape.minimum}`,
    shape.exclusiveMinimum === undefined ? null : `above ${shape.exclusiveMinimum}`,
    shape.maximum === undefined ? null : `to ${shape.maximum}`,
    shape.exclusiveMaximum === undefined ? null : `below ${shape.exclusiveMaximum}`,
  ].filter((part) => part !== null);
  return shape.type && shape.type !== 'object' ? `: ${shape.type}${range.length > 0 ? ` ${range.join(' ')}` : ''}` : '';
}
