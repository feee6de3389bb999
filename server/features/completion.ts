import { CompletionItemKind, InsertTextFormat } from 'vscode-languageserver';
import type { CompletionContext, CompletionItem, CompletionList, Position } from 'vscode-languageserver';
import { rules } from '../../engine/checks/rules.ts';
import { noFacts, type Facts } from '../../engine/facts/facts.ts';
import { nodeAt, type Located } from '../../engine/project/located.ts';
import { robustnessMeasures } from '../../engine/evaluation/measures/robustnessMeasures.ts';
import { perturbationNames } from '../../engine/project/schema/robustness.ts';
import { fairnessNames, metricDocs, metricsFor } from '../../engine/evaluation/metrics.ts';
import type { Project } from '../../engine/project/loadProject.ts';
import { shapesAt, type KeyPath } from '../../engine/project/schemaPath.ts';
import { recordValue, shapes, type FileKind, type Shape } from '../../engine/project/shape.ts';
import { choiceItems } from './completionChoices.ts';
import { enterAccepts, indented, quotedItem, replacing } from './completionEdits.ts';
import { snippetItems } from './completionSnippets.ts';
import { dataItems, formatItems, named, valuesOf, type ValuePlace } from './completionValues.ts';
import { cursorAt, cursorMark, isComment, type Cursor } from './cursor.ts';
import { pathInProject, type Workspace } from '../workspace.ts';

interface Place {
  kind: FileKind;
  root: Located | null;
  /** Path of the mapping (for keys) or of the value at the cursor. */
  path: KeyPath;
  shapes: Shape[];
  project: Project | null;
  facts: Facts;
  file: string;
  cursor: Cursor;
}

/** Completions at the cursor: keys, values and names, from the schema, the project and its data. */
export function provideCompletion(
  workspace: Workspace,
  factsOf: (project: Project) => Facts,
  uri: string,
  position: Position,
  context?: CompletionContext,
): CompletionList | null {
  const kind = workspace.kindOf(uri);
  const document = workspace.document(uri);
  if (kind === null || !document) return null;
  const text = document.getText();
  const offset = document.offsetAt(position);
  const line = text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset);
  // A space at the start of a line is indentation and triggers no completion.
  if (context?.triggerCharacter === ' ' && line.trim() === '') return null;
  const complete = (
    items: CompletionItem[],
    start: number,
    end: number,
    accepts = false,
    isIncomplete = false,
  ): CompletionList => {
    const range = { start: document.positionAt(start), end: document.positionAt(end) };
    return { isIncomplete, items: items.map((item) => replacing(item, range, { enterAccepts: accepts })) };
  };
  const silenced = /#\s*loopwright-ignore\s[\s\w,]*?(\w*)$/.exec(line);
  if (silenced) {
    const rest = /^\w*/.exec(text.slice(offset, offset + 200))?.[0] ?? '';
    return complete(checkItems(), offset - (silenced[1] ?? '').length, offset + rest.length);
  }
  const project = workspace.projectOf(uri);
  const reference = /\$\{\s*([\w.-]*)$/.exec(line);
  if (reference && !isComment(text, offset)) {
    const [, word = ''] = reference;
    const [, rest = '', closing = ''] = /^([\w.-]*)(\s*\})?/.exec(text.slice(offset, offset + 200)) ?? [];
    const items = paramReference(closing === '' ? '}' : closing, project);
    const accepts = word !== '' && closing !== '';
    return complete(items, offset - word.length, offset + rest.length + closing.length, accepts, word === '');
  }
  const cursor = cursorAt(text, offset);
  if (!cursor) return null;
  const facts = project?.readable?.config ? factsOf(project) : noFacts;
  const file = project ? pathInProject(project.root, uri) : '';
  const placeOf = (marked: string, on: 'key' | 'value'): Place | null => {
    const { root } = workspace.parsePassing(uri, marked);
    const found = findMark(root, []);
    if (!found) return null;
    const path = on === 'key' ? found.slice(0, -1) : found;
    return { kind, root, path, shapes: shapesAt(shapes[kind], root, path), project, facts, file, cursor };
  };
  const keys = cursor.on === 'value' ? null : placeOf(cursor.keyText, 'key');
  const value = cursor.on === 'key' ? null : placeOf(cursor.text, 'value');
  const dashes = line.slice(0, cursor.start - cursor.quote.length - (offset - line.length)).trimStart();
  const indentation = ' '.repeat(dashes.startsWith('-') ? dashes.length : 0);
  const items = [
    ...(keys ? keyItems(keys).map((item) => indented(item, indentation)) : []),
    ...(value ? valueItems(value).map((item) => quotedItem(indented(item, indentation), cursor.quote)) : []),
  ];
  const accepts = enterAccepts(cursor, items, text.slice(offset), value?.shapes ?? []);
  // The behaviour of Enter depends on the first letter, so the list is requested again then, but not for further
  // letters: until the response arrives, the editor shows the old list, whose item Enter would accept.
  return complete(items, cursor.start, cursor.end, accepts, cursor.word === '');
}

/**
 * Completions inside `${…`: params with their values, paths of datasets, and environment variables. Accepting one
 * closes the expression.
 */
function paramReference(closing: string, project: Project | null): CompletionItem[] {
  const closed = (label: string, kind: CompletionItemKind, detail: string): CompletionItem => ({
    label,
    kind,
    detail,
    insertText: `${label}${closing}`,
  });
  const params = project?.readable?.config.params ?? valuesOf(project?.file.parsed.root, 'params');
  const datasets = valuesOf(project?.file.parsed.root, 'datasets');
  return [
    ...Object.entries(params).map(([name, value]) =>
      closed(`params.${name}`, CompletionItemKind.Variable, JSON.stringify(value)),
    ),
    ...Object.keys(datasets).map((name) =>
      closed(
        `datasets.${name}.path`,
        CompletionItemKind.Reference,
        project?.readable?.config.datasets?.[name]?.path ?? '',
      ),
    ),
    {
      label: 'env.',
      kind: CompletionItemKind.Variable,
      detail: 'an environment variable',
      insertText: `env.$0${closing.replace('}', '\\}')}`,
      insertTextFormat: InsertTextFormat.Snippet,
    },
  ];
}

/** The checks that can be ignored. */
function checkItems(): CompletionItem[] {
  return rules.map(({ code, name, docs }) => ({
    label: code,
    kind: CompletionItemKind.Value,
    detail: name,
    documentation: docs,
  }));
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
  const isEmpty = [...present].every((key) => key.includes(cursorMark));
  const choices = isEmpty ? choiceItems(place.shapes, place.cursor) : null;
  if (choices) return choices;
  for (const shape of place.shapes) {
    for (const [key, property] of Object.entries(shape.properties ?? {})) {
      if (present.has(key) || items.has(key)) continue;
      const required = shape.required?.includes(key) ?? false;
      items.set(key, {
        label: key,
        kind: CompletionItemKind.Property,
        insertText: insertKey(key, property, place.cursor),
        insertTextFormat: InsertTextFormat.Snippet,
        sortText: `${required ? 0 : 1}${key}`,
        ...(property.description ? { documentation: property.description } : {}),
        ...(required ? { detail: 'required' } : {}),
      });
    }
    const value = recordValue(shape);
    if (value && place.kind === 'project' && place.path[0] === 'checks')
      for (const item of checkItems())
        if (!present.has(item.label))
          items.set(item.label, { ...item, insertText: place.cursor.hasColon ? item.label : `${item.label}: ` });
    if (value)
      for (const { name, docs } of recordKeys(place))
        if (!present.has(name))
          items.set(name, {
            label: name,
            kind: CompletionItemKind.Field,
            insertText: insertKey(name, value, place.cursor),
            insertTextFormat: InsertTextFormat.Snippet,
            ...(docs ? { documentation: docs } : {}),
          });
  }
  const { kind, root, path, cursor } = place;
  if (cursor.fitsEntry)
    for (const snippet of snippetItems({ kind, root, path, flow: cursor.flow, isItem: false }))
      items.set(`${snippet.label} as a whole`, snippet);
  return [...items.values()];
}

/** Keys of records with known names: metrics, params, stages. */
function recordKeys({ path, project, kind, root }: Place): { name: string; docs?: string | undefined }[] {
  const last = path.at(-1);
  const config = project?.readable?.config;
  if (last === 'gates') {
    const attributes = nodeAt(root ?? undefined, [...path.slice(0, -1), 'with', 'fairness', 'attributes']);
    const groups =
      attributes?.kind === 'seq'
        ? attributes.items.flatMap((item) =>
            item.kind === 'scalar'
              ? [String(item.value)]
              : item.kind === 'seq'
                ? [item.items.flatMap((column) => (column.kind === 'scalar' ? [String(column.value)] : [])).join(', ')]
                : [],
          )
        : [];
    return [
      ...metricsFor(null).map((name) => ({ name, docs: metricDocs(name) })),
      ...groups.flatMap((group) =>
        fairnessNames.map((name) => ({ name: `${name}[${group}]`, docs: metricDocs(name) })),
      ),
      ...changedRowsGates(nodeAt(root ?? undefined, [...path.slice(0, -1), 'with', 'robustness'])),
      { name: 'pr_auc@champion', docs: 'Difference to the champion on the same rows.' },
    ];
  }
  if (last === 'expect')
    return [
      ...[...metricsFor(null), 'error_rate'].map((name) => ({ name, docs: metricDocs(name) })),
      ...servedColumns(project).map((column) => ({
        name: `missing[${column}]`,
        docs: `Share of rows without a value of \`${column}\`.`,
      })),
    ];
  if (kind === 'experiment' && last === 'params')
    return Object.entries(config?.params ?? {}).map(([name, value]) => ({
      name,
      docs: `The project has ${JSON.stringify(value)}`,
    }));
  if (kind === 'experiment' && last === 'stages') return Object.keys(config?.stages ?? {}).map((name) => ({ name }));
  return [];
}

/** Gates of changed rows, where a validation has `robustness`. */
function changedRowsGates(robustness: ReturnType<typeof nodeAt>): { name: string; docs?: string | undefined }[] {
  if (!robustness || (robustness.kind === 'scalar' && robustness.value !== true)) return [];
  const columnsOf = (test: string): string[] => {
    const listed = nodeAt(robustness, [test]);
    if (listed?.kind !== 'seq') return [];
    return listed.items.flatMap((item) => {
      const column = item.kind === 'map' ? nodeAt(item, ['column']) : item;
      return column?.kind === 'scalar' ? [String(column.value)] : [];
    });
  };
  const tests = { invariance: ['invariant_to'], direction: ['increasing', 'decreasing'], perturbation: [] };
  return [
    ...perturbationNames.flatMap((kind) => [
      {
        name: `roc_auc{${kind}}`,
        docs: 'The metric after this perturbation of each column, of which the worst counts.',
      },
      { name: `roc_auc{${kind}}@clean`, docs: 'The change of the metric by this perturbation, after minus before.' },
      { name: `refused_share{${kind}}`, docs: metricDocs('refused_share') },
    ]),
    ...robustnessMeasures.flatMap(({ name, of }) =>
      tests[of].flatMap((test) =>
        columnsOf(test).map((column) => ({ name: `${name}{${test}=${column}}`, docs: metricDocs(name) })),
      ),
    ),
  ];
}

/** The features of the models, which are the fields of a request to a deployment. */
function servedColumns(project: Project | null): string[] {
  const config = project?.readable?.config;
  return [
    ...new Set(
      Object.values(config?.stages ?? {}).flatMap((stage) => {
        if (!('uses' in stage) || stage.uses !== 'train') return [];
        const schema = config?.datasets?.[stage.with.data]?.schema;
        return (
          stage.with.features ??
          (schema === undefined
            ? []
            : (project?.schemas.get(schema)?.value?.fields ?? [])
                .filter((field) => field.loopwright?.role === 'feature')
                .map((field) => field.name))
        );
      }),
    ),
  ];
}

function insertKey(key: string, shape: Shape, { flow, quote, hasColon }: Cursor): string {
  const name = key.replaceAll(/[\\$}]/g, '\\$&');
  const safe = quote === '' && /[[\]@{},&*#?|<>=!%:]/.test(key) && flow ? `"${name}"` : name;
  // The closing quote comes before the colon.
  if (hasColon || quote !== '') return safe;
  if (shape.const !== undefined) return `${safe}: ${String(shape.const)}`;
  if (flow)
    return shape.type === 'object' ? `${safe}: { $0 }` : shape.type === 'array' ? `${safe}: [$0]` : `${safe}: $0`;
  if (shape.type === 'object' && !shape.anyOf) return `${safe}:\n  $0`;
  if (shape.type === 'array')
    return shape.items?.type === 'string' || shape.items?.type === 'integer' ? `${safe}: [$0]` : `${safe}:\n  - $0`;
  return `${safe}: $0`;
}

function valueItems(place: Place): CompletionItem[] {
  const items: CompletionItem[] = [];
  for (const shape of place.shapes) {
    if (shape.const !== undefined) items.push(valueItem(String(shape.const), shape.description));
    for (const value of shape.enum ?? []) items.push(valueItem(value, shape.description));
    if (shape.type === 'boolean')
      items.push(valueItem('true', shape.description), valueItem('false', shape.description));
    if (shape.format) items.push(...formatItems(shape.format, valuePlace(place)));
  }
  items.unshift(...dataItems(valuePlace(place)));
  const { kind, root, path, cursor } = place;
  if (typeof path.at(-1) === 'number' && cursor.fitsEntry)
    items.push(...snippetItems({ kind, root, path: path.slice(0, -1), flow: cursor.flow, isItem: true }));
  // A union of kinds (`uses: collect | prepare | …`) is narrowed to one member; the values of all members are offered.
  const last = place.path.at(-1);
  if (typeof last === 'string') {
    for (const parent of siblingsOf(place)) {
      const literal = parent.properties?.[last];
      if (literal?.const !== undefined) items.push(valueItem(String(literal.const), parent.description));
    }
  }
  // The first of two items with one label has more details.
  return [...new Map(items.toReversed().map((item) => [item.label, item])).values()].toReversed();
}

function siblingsOf({ kind, root, path }: Place): Shape[] {
  const grand = shapesAt(shapes[kind], root, path.slice(0, -2));
  const key = path.at(-2);
  return grand.flatMap(
    (shape) => (typeof key === 'string' ? (shape.properties?.[key] ?? recordValue(shape)) : shape.items)?.anyOf ?? [],
  );
}

function valueItem(label: string, documentation?: string): CompletionItem {
  return {
    ...named(label, CompletionItemKind.EnumMember),
    insertText: label,
    ...(documentation ? { documentation } : {}),
  };
}

function valuePlace({ kind, root, path, project, facts, file, cursor }: Place): ValuePlace {
  return { kind, root, path, project, facts, file, word: cursor.word };
}
