import {
  SemanticTokensBuilder,
  type Range as LspRange,
  type SemanticTokens,
  type SemanticTokensDelta,
  type SemanticTokensLegend,
} from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { parseDuration, parseWindows } from '../../engine/base/duration.ts';
import type { Range } from '../../engine/project/located.ts';
import { parseModelAlias } from '../../engine/project/models.ts';
import type { Project } from '../../engine/project/loadProject.ts';
import { metricOf } from '../../engine/evaluation/metrics.ts';
import { parseMetric } from '../../engine/evaluation/metricName.ts';
import type { Parsed } from '../../engine/project/parseYaml.ts';
import type { Walked } from '../../engine/project/schemaWalk.ts';
import type { FileKind } from '../../engine/project/shape.ts';
import type { Workspace } from '../workspace.ts';
import { columnUse, metricAt, type Around } from './columnUses.ts';
import { columnsIn, declaredIn, ownPath, referenceIn } from './declared.ts';
import type { Section } from './section.ts';
import { literally, scalarRange, walkedOf } from './walked.ts';

const types = [
  'property',
  'variable',
  'struct',
  'function',
  'interface',
  'event',
  'parameter',
  'enumMember',
  'keyword',
  'number',
  'operator',
  'namespace',
  'class',
] as const;
type TokenType = (typeof types)[number];

export const semanticTokensLegend: SemanticTokensLegend = { tokenTypes: [...types], tokenModifiers: ['declaration'] };

const bySection: Record<Section, TokenType> = {
  params: 'variable',
  datasets: 'struct',
  stages: 'function',
  models: 'class',
  deployments: 'interface',
  monitors: 'event',
};

interface Token {
  range: Range;
  type: TokenType;
  declaration: boolean;
}

const builders = new WeakMap<TextDocument, SemanticTokensBuilder>();
const none: SemanticTokens = { data: [] };

/**
 * The tokens of a file: keys of the format, declarations and references, columns, metrics. Names without a declaration
 * get no token.
 */
export function provideSemanticTokens(workspace: Workspace, uri: string, within?: LspRange): SemanticTokens {
  const [document, parsed] = [workspace.document(uri), workspace.parsed(uri)];
  if (!document || !parsed) return none;
  const tokens = tokensOf(workspace, uri, parsed);
  if (within) return fill(new SemanticTokensBuilder(), parsed, inside(tokens, parsed, within)).build();
  const builder = new SemanticTokensBuilder();
  builders.set(document, builder);
  return fill(builder, parsed, tokens).build();
}

/** The difference from the last response. */
export function provideSemanticTokensDelta(
  workspace: Workspace,
  uri: string,
  previous: string,
): SemanticTokens | SemanticTokensDelta {
  const [document, parsed] = [workspace.document(uri), workspace.parsed(uri)];
  const builder = document && builders.get(document);
  if (!builder || !parsed) return provideSemanticTokens(workspace, uri);
  builder.previousResult(previous);
  return fill(builder, parsed, tokensOf(workspace, uri, parsed)).buildEdits();
}

function fill(builder: SemanticTokensBuilder, { lines }: Parsed, tokens: readonly Token[]): SemanticTokensBuilder {
  for (const { range, type, declaration } of tokens) {
    const { line, column } = lines.at(range.start);
    // A key may contain a carriage return, which ends a line in editors.
    if (lines.at(range.end).line !== line) continue;
    builder.push(line - 1, column - 1, range.end - range.start, types.indexOf(type), declaration ? 1 : 0);
  }
  return builder;
}

function inside(tokens: readonly Token[], { lines }: Parsed, { start, end }: LspRange): Token[] {
  const [from, to] = [lines.offset(start.line + 1, start.character + 1), lines.offset(end.line + 1, end.character + 1)];
  return tokens.filter(({ range }) => range.end > from && range.start < to);
}

function tokensOf(workspace: Workspace, uri: string, parsed: Parsed): Token[] {
  const kind = workspace.kindOf(uri);
  if (kind === null) return [];
  const project = workspace.projectOf(uri);
  const teller = new Teller(kind, parsed, project, uri);
  for (const walked of walkedOf(kind, parsed, project)) teller.tell(walked);
  return teller.tokens.toSorted((a, b) => a.range.start - b.range.start);
}

/** Computes the tokens of one file. */
class Teller {
  readonly tokens: Token[] = [];
  readonly #kind: FileKind;
  readonly #parsed: Parsed;
  readonly #project: Project | null;
  readonly #around: Around;

  constructor(kind: FileKind, parsed: Parsed, project: Project | null, uri: string) {
    this.#kind = kind;
    this.#parsed = parsed;
    this.#project = project;
    const declared = declaredIn(kind === 'project' ? parsed.root : (project?.file.parsed.root ?? null));
    this.#around = { kind, text: parsed.text, path: project ? ownPath(project, uri) : '', declared };
  }

  tell(walked: Walked): void {
    if (walked.entry) this.#key(walked);
    const metric = metricAt(walked, this.#parsed.text);
    if (metric) this.#metric(metric.text, metric.range);
    const column = columnUse(walked, this.#around);
    if (column && (column.declaration || this.#columns(column.schema).has(column.column)))
      this.#put(column.range, 'parameter', column.declaration);
    if (walked.node.kind === 'scalar' && !metric && !column) this.#value(walked);
  }

  #put(range: Range | null, type: TokenType, declaration = false): void {
    if (range && range.end > range.start) this.tokens.push({ range, type, declaration });
  }

  #columns(schema: string): ReadonlyMap<string, unknown> {
    return columnsIn(
      this.#kind === 'dataset' && schema === this.#around.path
        ? this.#parsed
        : this.#project?.schemas.get(schema)?.parsed,
    );
  }

  #key(walked: Walked): void {
    const { entry, key, shapes: meant } = walked;
    const range = entry && literally(this.#parsed.text, entry.keyRange, entry.key);
    if (!entry || !range || range.end > this.#parsed.text.length || entry.key.includes('\n')) return;
    if (key === 'property') {
      if (!meant.some((shape) => shape.replacedBy !== undefined)) this.#put(range, 'property');
      return;
    }
    if (key !== 'name') return;
    const section = sectionOfKey(this.#kind, walked);
    if (section !== null && (this.#kind === 'project' || this.#around.declared.has(section, entry.key)))
      this.#put(range, bySection[section], this.#kind === 'project');
  }

  #metric(text: string, range: Range): void {
    const metric = parseMetric(text);
    if (!metric) return;
    if (metricOf(metric.name) !== undefined || (metric.name === 'missing' && metric.attribute !== null))
      this.#put({ start: range.start, end: range.start + metric.name.length }, 'enumMember');
    const against = metric.champion ? 'champion' : metric.clean ? 'clean' : '';
    if (against !== '') this.#put({ start: range.end - against.length, end: range.end }, 'keyword');
  }

  #value({ node, shapes: meant }: Walked): void {
    if (node.kind !== 'scalar') return;
    if (typeof node.value === 'string' && node.value.includes('${') && this.#kind !== 'dataset')
      return this.#interpolations(node.range);
    const range = scalarRange(this.#parsed.text, node);
    if (!range) return;
    for (const shape of meant) {
      const text = String(node.value);
      const reference = referenceIn(shape.format, text, this.#around.declared);
      if (reference) {
        const { section, name } = reference;
        if (this.#around.declared.has(section, name))
          this.#put({ start: range.start, end: range.start + name.length }, bySection[section]);
        if (name.length < text.length)
          this.#put({ start: range.start + name.length + 1, end: range.end }, 'enumMember');
        return;
      }
      if (shape.format === 'model-alias' && parseModelAlias(text)) return this.#put(range, 'enumMember');
      if (shape.const !== undefined && shape.const === node.value)
        return this.#put(range, typeof shape.const === 'number' ? 'number' : 'keyword');
      if (shape.enum?.includes(text)) return this.#put(range, 'enumMember');
      if (
        (shape.format === 'duration' && parseDuration(text) !== null) ||
        (shape.format === 'windows' && parseWindows(text) !== null) ||
        shape.format === 'unit'
      )
        return this.#put(range, 'number');
    }
  }

  /** `${params.x}`, `${datasets.x.path}` and `${env.X}` in a text that may span lines. */
  #interpolations(range: Range): void {
    const text = this.#parsed.text.slice(range.start, range.end);
    for (const match of text.matchAll(/\$\{([ \t]*)(params|datasets|env)\.([\w-]+)(\.path)?([ \t]*)\}/g)) {
      const [whole, before = '', space = '', name = '', rest = ''] = match;
      if ((space === 'datasets') !== (rest !== '')) continue;
      const start = range.start + match.index;
      const nameStart = start + 2 + before.length + space.length + 1;
      this.#put({ start, end: start + 2 }, 'operator');
      this.#put({ start: start + 2 + before.length, end: nameStart - 1 }, 'namespace');
      const there =
        space === 'env' ? this.#project?.env[name] !== undefined : this.#around.declared.has(space as Section, name);
      if (there)
        this.#put({ start: nameStart, end: nameStart + name.length }, space === 'datasets' ? 'struct' : 'variable');
      if (rest !== '')
        this.#put({ start: nameStart + name.length + 1, end: nameStart + name.length + rest.length }, 'property');
      this.#put({ start: start + whole.length - 1, end: start + whole.length }, 'operator');
    }
  }
}

/** The section that a key refers to: `stages.train`, and in experiments the keys that override something. */
function sectionOfKey(kind: FileKind, { path }: Walked): Section | null {
  const [section, second] = path;
  const named = Object.keys(bySection).find((known) => known === section) as Section | undefined;
  if (path.length === 2) return named ?? null;
  return kind === 'experiment' && path.length === 3 && section === 'sweep' && second === 'params' ? 'params' : null;
}
