import { MarkupKind, type Hover, type Position } from 'vscode-languageserver';
import { nodeAt, toValue } from '../../engine/project/located.ts';
import { metricDocs, parseMetric } from '../../engine/project/metricNames.ts';
import { propertyShape, shapesAt, spotAt, type Spot } from '../../engine/project/schemaPath.ts';
import { shapes, type FileKind, type Shape } from '../../engine/project/shape.ts';
import type { Field } from '../../engine/project/schema/datasetSchema.ts';
import type { Project } from '../../engine/project/loadProject.ts';
import { columnsFor } from './columns.ts';
import type { Workspace } from '../workspace.ts';

/** What the key, value or name under the cursor is. */
export function provideHover(workspace: Workspace, uri: string, position: Position): Hover | null {
  const kind = workspace.kindOf(uri);
  const parsed = workspace.parsed(uri);
  if (kind === null || !parsed) return null;
  const offset = parsed.lines.offset(position.line + 1, position.character + 1);
  const spot = spotAt(parsed.root, offset);
  if (!spot) return null;
  const project = workspace.projectOf(uri);
  const text = describeParam(parsed.text, offset, project) ?? describeName(spot, kind, parsed.root, project) ?? describeShape(spot, kind, parsed.root);
  if (text === null) return null;
  const [start, end] = [parsed.lines.at(spot.range.start), parsed.lines.at(spot.range.end)];
  return { contents: { kind: MarkupKind.Markdown, value: text }, range: { start: { line: start.line - 1, character: start.column - 1 }, end: { line: end.line - 1, character: end.column - 1 } } };
}

/** `${params.x}` under the cursor: its value. */
function describeParam(text: string, offset: number, project: Project | null): string | null {
  for (const match of text.matchAll(/\$\{\s*params\.([\w-]+)\s*\}/g)) {
    if (offset < match.index || offset > match.index + match[0].length) continue;
    const name = match[1] ?? '';
    const value = toValue(nodeAt(project?.file.parsed.root ?? undefined, ['params', name]));
    return value === undefined ? `There is no param \`${name}\`.` : `**param** \`${name}\` = \`${JSON.stringify(value)}\``;
  }
  return null;
}

/** Names that mean something of their own: metrics, datasets, stages, columns. */
function describeName(spot: Spot, kind: FileKind, root: Parameters<typeof shapesAt>[1], project: Project | null): string | null {
  const parent = String(spot.path.at(-2) ?? '');
  if (spot.on === 'key' && kind === 'project' && (parent === 'gates' || parent === 'expect')) {
    const metric = parseMetric(String(spot.path.at(-1)));
    const docs = metric ? metricDocs[metric.name] : undefined;
    if (docs) return `**metric** \`${metric?.name}\`\n\n${docs}${metric?.champion ? '\n\nDifference to the champion on the same rows: this version minus the champion.' : ''}${metric?.attribute ? `\n\nOver the groups of \`${metric.attribute}\`.` : ''}`;
  }
  if (spot.on !== 'value' || spot.value?.kind !== 'scalar' || !project) return null;
  const name = String(spot.value.value);
  const formats = shapesAt(shapes[kind], root, spot.path).map((shape) => shape.format);
  const { config } = project.resolved;
  if (formats.includes('reference:dataset')) {
    const dataset = config?.datasets?.[name];
    return dataset ? `**dataset** \`${name}\`\n\n\`${dataset.path}\`${dataset.schema ? `, schema \`${dataset.schema}\`` : ''}${dataset.description ? `\n\n${dataset.description}` : ''}` : null;
  }
  if (formats.includes('reference:stage')) {
    const stage = config?.stages[name];
    return stage ? `**stage** \`${name}\`: ${'uses' in stage ? stage.uses : `\`${stage.cmd}\``}${stage.description ? `\n\n${stage.description}` : ''}` : null;
  }
  if (formats.includes('column')) {
    const field = columnsFor(project, kind, root, spot.path).find((candidate) => candidate.name === name);
    return field ? describeField(field) : null;
  }
  return null;
}

export function describeField(field: Field): string {
  const { constraints, loopwright: extras } = field;
  const facts = [
    field.title ?? null, field.description ?? null, extras?.unit ? `Unit: ${extras.unit}` : null,
    field.categories ? `Categories: ${field.categories.map((category) => `\`${typeof category === 'object' ? category.value : category}\``).join(', ')}` : null,
    constraints ? `Constraints: ${Object.entries(constraints).map(([key, value]) => `${key} \`${typeof value === 'string' ? value : JSON.stringify(value)}\``).join(', ')}` : null,
  ].filter((fact) => fact !== null);
  return [`**column** \`${field.name}\`: ${field.type ?? 'any'}${extras?.role ? `, ${extras.role}` : ''}`, ...facts].join('\n\n');
}

function describeShape(spot: Spot, kind: FileKind, root: Parameters<typeof shapesAt>[1]): string | null {
  const shape = propertyShape(shapes[kind], root, spot.path);
  const narrowed = shapesAt(shapes[kind], root, spot.path);
  const description = shape?.description ?? narrowed.find((candidate) => candidate.description)?.description;
  if (!shape || !description) return null;
  const title = `**${String(spot.path.findLast((step) => typeof step === 'string') ?? '')}**${typeText(shape)}`;
  const member = narrowed.length === 1 && narrowed[0] !== shape && narrowed[0]?.description && narrowed[0].description !== description ? `\n\n${narrowed[0].description}` : '';
  return `${title}\n\n${description}${member}`;
}

function typeText(shape: Shape): string {
  if (shape.const !== undefined) return `: \`${shape.const}\``;
  if (shape.enum) return `: ${shape.enum.map((value) => `\`${value}\``).join(' | ')}`;
  const range = [shape.minimum === undefined ? null : `from ${shape.minimum}`, shape.exclusiveMinimum === undefined ? null : `above ${shape.exclusiveMinimum}`, shape.maximum === undefined ? null : `to ${shape.maximum}`, shape.exclusiveMaximum === undefined ? null : `below ${shape.exclusiveMaximum}`].filter((part) => part !== null);
  return shape.type && shape.type !== 'object' ? `: ${shape.type}${range.length > 0 ? ` ${range.join(' ')}` : ''}` : '';
}
