import { CompletionItemKind, InsertTextFormat, type CompletionItem, type CompletionList, type Position } from 'vscode-languageserver';
import { nodeAt, type Located } from '../../engine/project/located.ts';
import { fairnessMeasures, metricDocs, metricsFor } from '../../engine/project/metricNames.ts';
import { parseYaml } from '../../engine/project/parseYaml.ts';
import type { Project } from '../../engine/project/loadProject.ts';
import { shapesAt, type KeyPath } from '../../engine/project/schemaPath.ts';
import { recordValue, shapes, type FileKind, type Shape } from '../../engine/project/shape.ts';
import { columnsFor } from './columns.ts';
import { cursorAt, cursorMark, type Cursor } from './cursor.ts';
import { describeField } from './hover.ts';
import type { Workspace } from '../workspace.ts';

interface Place {
  kind: FileKind;
  root: Located | null;
  /** Path of the mapping (for keys) or of the value under the cursor. */
  path: KeyPath;
  shapes: Shape[];
  project: Project | null;
  cursor: Cursor;
}

/** What may stand at the cursor: keys, values and names, from the schema and from the project. */
export function provideCompletion(workspace: Workspace, uri: string, position: Position): CompletionList | null {
  const kind = workspace.kindOf(uri);
  const document = workspace.document(uri);
  if (kind === null || !document) return null;
  const text = document.getText();
  const offset = document.offsetAt(position);
  const project = workspace.projectOf(uri);
  const params = paramReference(text, offset, project);
  if (params) return { isIncomplete: false, items: params };
  const cursor = cursorAt(text, offset);
  if (!cursor) return null;
  const { root } = parseYaml(uri, cursor.text);
  const path = findMark(root, []);
  if (!path) return null;
  const own = cursor.on === 'key' ? path.slice(0, -1) : path;
  const place: Place = { kind, root, path: own, shapes: shapesAt(shapes[kind], root, own), project, cursor };
  return { isIncomplete: false, items: cursor.on === 'key' ? keyItems(place) : valueItems(place) };
}

/** Inside `${…`: the params. */
function paramReference(text: string, offset: number, project: Project | null): CompletionItem[] | null {
  const line = text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset);
  const open = /\$\{\s*([\w.-]*)$/.exec(line);
  if (!open) return null;
  const params = project?.resolved.config?.params ?? valuesOf(project?.file.parsed.root, 'params');
  const names = Object.entries(params).map(([name, value]): CompletionItem => ({ label: `params.${name}`, kind: CompletionItemKind.Variable, detail: JSON.stringify(value) }));
  const datasets = Object.keys(valuesOf(project?.file.parsed.root, 'datasets')).map((name): CompletionItem => ({ label: `datasets.${name}.path`, kind: CompletionItemKind.Reference }));
  return [...names, ...datasets, { label: 'env.', kind: CompletionItemKind.Variable, detail: 'an environment variable' }];
}

function valuesOf(root: Located | null | undefined, key: string): Record<string, unknown> {
  const node = nodeAt(root ?? undefined, [key]);
  return node?.kind === 'map' ? Object.fromEntries(node.entries.map((entry) => [entry.key, entry.value.kind === 'scalar' ? entry.value.value : null])) : {};
}

function findMark(node: Located | null, path: KeyPath): KeyPath | null {
  if (!node) return null;
  if (node.kind === 'scalar') return typeof node.value === 'string' && node.value.includes(cursorMark) ? path : null;
  if (node.kind === 'seq') {
    for (const [i, item] of node.items.entries()) {
      const found = findMark(item, [...path, i]);
      if (found) return found;
    }
    return null;
  }
  for (const entry of node.entries) {
    if (entry.key.includes(cursorMark)) return [...path, entry.key];
    const found = findMark(entry.value, [...path, entry.key]);
    if (found) return found;
  }
  return null;
}

function keyItems(place: Place): CompletionItem[] {
  const written = nodeAt(place.root ?? undefined, place.path);
  const present = new Set(written?.kind === 'map' ? written.entries.map((entry) => entry.key) : []);
  const items = new Map<string, CompletionItem>();
  for (const shape of place.shapes) {
    for (const [key, property] of Object.entries(shape.properties ?? {})) {
      if (present.has(key) || items.has(key)) continue;
      const required = shape.required?.includes(key) ?? false;
      items.set(key, { label: key, kind: CompletionItemKind.Property, insertText: insertKey(key, property, place.cursor), insertTextFormat: InsertTextFormat.Snippet, sortText: `${required ? 0 : 1}${key}`, ...(property.description ? { documentation: property.description } : {}), ...(required ? { detail: 'required' } : {}) });
    }
    const value = recordValue(shape);
    if (value) for (const { name, docs } of recordKeys(place)) if (!present.has(name)) items.set(name, { label: name, kind: CompletionItemKind.Field, insertText: insertKey(name, value, place.cursor), insertTextFormat: InsertTextFormat.Snippet, ...(docs ? { documentation: docs } : {}) });
  }
  return [...items.values()];
}

/** Keys of records whose names are known from elsewhere: metrics, params, stages. */
function recordKeys({ path, project, kind, root }: Place): { name: string; docs?: string | undefined }[] {
  const last = path.at(-1);
  const config = project?.resolved.config;
  if (last === 'gates') {
    const attributes = nodeAt(root ?? undefined, [...path.slice(0, -1), 'with', 'fairness', 'attributes']);
    const groups = attributes?.kind === 'seq' ? attributes.items.flatMap((item) => (item.kind === 'scalar' ? [String(item.value)] : [])) : [];
    return [
      ...metricsFor(null).map((name) => ({ name, docs: metricDocs[name] })),
      ...groups.flatMap((group) => fairnessMeasures.map((name) => ({ name: `${name}[${group}]`, docs: metricDocs[name] }))),
      { name: 'pr_auc@champion', docs: 'Difference to the champion on the same rows.' },
    ];
  }
  if (last === 'expect') return [...metricsFor(null), 'error_rate'].map((name) => ({ name, docs: metricDocs[name] }));
  if (kind === 'experiment' && last === 'params') return Object.entries(config?.params ?? {}).map(([name, value]) => ({ name, docs: `The project has ${JSON.stringify(value)}` }));
  if (kind === 'experiment' && last === 'stages') return Object.keys(config?.stages ?? {}).map((name) => ({ name }));
  return [];
}

function insertKey(key: string, shape: Shape, cursor: Cursor): string {
  const name = key.replaceAll(/[\\$}]/g, '\\$&');
  const safe = /[[\]@{},&*#?|<>=!%:]/.test(key) && cursor.flow ? `"${name}"` : name;
  if (shape.const !== undefined) return `${safe}: ${String(shape.const)}`;
  if (cursor.flow) return shape.type === 'object' ? `${safe}: { $0 }` : shape.type === 'array' ? `${safe}: [$0]` : `${safe}: $0`;
  if (shape.type === 'object' && !shape.anyOf) return `${safe}:\n  $0`;
  if (shape.type === 'array') return shape.items?.type === 'string' || shape.items?.type === 'integer' ? `${safe}: [$0]` : `${safe}:\n  - $0`;
  return `${safe}: $0`;
}

function valueItems(place: Place): CompletionItem[] {
  const items: CompletionItem[] = [];
  for (const shape of place.shapes) {
    if (shape.const !== undefined) items.push(valueItem(String(shape.const), shape.description));
    for (const value of shape.enum ?? []) items.push(valueItem(value, shape.description));
    if (shape.type === 'boolean') items.push(valueItem('true', shape.description), valueItem('false', shape.description));
    if (shape.format) items.push(...formatItems(shape.format, place));
  }
  // A union of kinds (`uses: collect | prepare | …`) narrows to one member; all of its siblings' values are offered.
  const last = place.path.at(-1);
  if (typeof last === 'string') {
    for (const parent of siblingsOf(place)) {
      const literal = parent.properties?.[last];
      if (literal?.const !== undefined) items.push(valueItem(String(literal.const), parent.description));
    }
  }
  return [...new Map(items.map((item) => [item.label, item])).values()];
}

function siblingsOf({ kind, root, path }: Place): Shape[] {
  const grand = shapesAt(shapes[kind], root, path.slice(0, -2));
  const key = path.at(-2);
  return grand.flatMap((shape) => (typeof key === 'string' ? (shape.properties?.[key] ?? recordValue(shape)) : shape.items)?.anyOf ?? []);
}

function valueItem(label: string, documentation?: string): CompletionItem {
  return { label, kind: CompletionItemKind.EnumMember, ...(documentation ? { documentation } : {}) };
}

function formatItems(format: string, { project, kind, root, path, cursor }: Place): CompletionItem[] {
  const config = project?.resolved.config;
  const names = (values: Iterable<string>, itemKind: CompletionItemKind) => [...values].map((label): CompletionItem => ({ label, kind: itemKind }));
  const declared = (section: string) => Object.keys(valuesOf(root, section));
  switch (format) {
    case 'reference:dataset': return names(kind === 'project' ? declared('datasets') : Object.keys(config?.datasets ?? {}), CompletionItemKind.Reference);
    case 'reference:stage': return names(declared('stages'), CompletionItemKind.Reference);
    case 'reference:deployment': return names(declared('deployments'), CompletionItemKind.Reference);
    case 'reference:monitor': return names(declared('monitors'), CompletionItemKind.Reference);
    case 'param': return names(Object.keys(config?.params ?? {}), CompletionItemKind.Variable);
    case 'metric': return metricsFor(null).map((label): CompletionItem => ({ label, kind: CompletionItemKind.Value, documentation: metricDocs[label] ?? '' }));
    case 'column': return project ? columnsFor(project, kind, root, path).map((field): CompletionItem => ({ label: field.name, kind: CompletionItemKind.Field, detail: `${field.type ?? 'any'}${field.loopwright?.role ? ` · ${field.loopwright.role}` : ''}`, documentation: { kind: 'markdown', value: describeField(field) } })) : [];
    case 'path': return project ? names(project.files.glob(`${cursor.word.replaceAll(/[*?[\]{}]/g, '')}*`).slice(0, 100), CompletionItemKind.File) : [];
    case 'duration': return names(['15m', '1h', '6h', '1d', '7d', '30d'], CompletionItemKind.Unit);
    case 'windows': return names(['1 window', '2 windows', '3 windows'], CompletionItemKind.Unit);
    default: return [];
  }
}
