import {
  Composer,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  Parser,
  type Alias,
  type CST,
  type Document,
  YAMLParseError,
  type Node,
} from 'yaml';
import type { Entry, Located, Range } from './located.ts';

/** A problem in a text, in offsets of the text. */
export interface Finding {
  code: string;
  range: Range;
  message: string;
  /** A second document starts here. Only the first is read. */
  secondDocument?: boolean;
}

export interface ParsedText {
  root: Located | null;
  findings: Finding[];
  /** True when the text has anchors or aliases, so that its parts cannot be parsed separately. */
  anchored: boolean;
  /** Text that was left out because of a syntax error. */
  lost?: Range[];
}

const maxDepth = 64;
const maxAliasedValues = 10_000;
/** Maximum number of findings: one wrong quote can produce an error for each word after it. */
export const mostFindings = 100;
/** Message for a line that starts with a tab. */
export const tabIndent = 'YAML does not allow tabs for indentation. Indent with spaces.';
const tooDeep = `Values nest deeper than ${maxDepth} levels.`;

/** Parses a whole text of YAML 1.2. `depth` is its nesting depth in the file. */
export function parseText(text: string, depth = 0): ParsedText {
  const findings: Finding[] = [];
  const report = (code: string, range: Range, message: string) => void findings.push({ code, range, message });
  let read: Document.Parsed | TooDeep;
  try {
    read = withoutTraces(() => readDocument(text));
  } catch (error) {
    report(
      'LW108',
      { start: 0, end: 1 },
      error instanceof RangeError ? tooDeep : `The file cannot be read as YAML: ${String(error)}`,
    );
    return { root: null, findings, anchored: false };
  }
  if ('deepPlace' in read) {
    report('LW108', read.deepPlace, tooDeep);
    return { root: null, findings, anchored: false };
  }
  const document = read;
  for (const error of document.errors.slice(0, mostFindings))
    findings.push({
      code: 'LW100',
      range: { start: error.pos[0], end: Math.max(error.pos[1], error.pos[0] + 1) },
      message: syntaxMessage(error.code, error.message, text, error.pos[0]),
      secondDocument: error.code === 'MULTIPLE_DOCS',
    });
  const converter = new Converter(report);
  const root = document.contents ? converter.convert(document.contents, depth) : null;
  // An incomplete tree would only produce findings about missing keys.
  return { root: converter.refused ? null : root, findings, anchored: converter.anchored };
}

/** Disables stack traces: the parser creates an error per problem, and thousands of traces take longer than parsing. */
function withoutTraces<T>(work: () => T): T {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    return work();
  } finally {
    Error.stackTraceLimit = limit;
  }
}

/**
 * Estimates the nesting depth from open brackets, indentation and characters that can open a collection. It can
 * overestimate.
 */
function mayNestDeeply(text: string): boolean {
  let [brackets, inLine, indenting] = [0, 0, true];
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (c === '[' || c === '{') brackets++;
    else if ((c === ']' || c === '}') && brackets > 0) brackets--;
    else if (c === '\n') [inLine, indenting] = [0, true];
    else if ((c === ' ' && indenting) || ((c === ' ' || c === '\t') && opens(text[i - 1]))) inLine++;
    if (c !== ' ' && c !== '\n') indenting = false;
    if (brackets > maxDepth || inLine > maxDepth) return true;
  }
  return false;
}

function opens(c: string | undefined): boolean {
  return c === ':' || c === '-' || c === '?';
}

interface TooDeep {
  /** The bracket, key or dash that opens one level too many. */
  deepPlace: Range;
}

/**
 * Parses the first document of a text. A text that may nest too deeply is checked while it is parsed: the composer is
 * recursive, and thousands of brackets would overflow the stack.
 */
function readDocument(text: string): Document.Parsed | TooDeep {
  let deepPlace: Range | undefined;
  function* tokens(): Generator<CST.Token, void> {
    const parser = new Parser();
    const isWatched = mayNestDeeply(text);
    for (const lexeme of new Lexer().lex(text)) {
      yield* parser.next(lexeme);
      if (isWatched && parser.stack.length > maxDepth && collections(parser.stack) > maxDepth + 1) {
        deepPlace = { start: parser.offset - lexeme.length, end: parser.offset - lexeme.length + 1 };
        return;
      }
    }
    yield* parser.end();
  }
  const parsed = [...tokens()];
  if (deepPlace) return { deepPlace };
  const composer = new Composer({ prettyErrors: false, merge: true, logLevel: 'error', uniqueKeys: false });
  const [first, second] = composer.compose(parsed, true, text.length);
  if (!first) throw new Error('The parser returned no document.');
  if (second)
    first.errors.push(
      new YAMLParseError([second.range[0], second.range[1]], 'MULTIPLE_DOCS', 'A second document follows.'),
    );
  return first;
}

function collections(stack: readonly CST.Token[]): number {
  return stack.filter(({ type }) => type === 'block-map' || type === 'block-seq' || type === 'flow-collection').length;
}

/** Returns the message for a duplicate key of a mapping. */
export function duplicateKey(name: string): string {
  return `The key ${JSON.stringify(name)} is duplicated. Keep one of the two.`;
}

class Converter {
  readonly #report: (code: string, range: Range, message: string) => void;
  /**
   * Latest node of each anchor, and the target of each alias at its first use. The parser's own lookup scans the whole
   * file each time.
   */
  readonly #anchors = new Map<string, Node>();
  readonly #targets = new Map<Alias, Node | undefined>();
  #aliased = 0;
  #insideAlias = 0;
  refused = false;
  anchored = false;

  constructor(report: (code: string, range: Range, message: string) => void) {
    this.#report = report;
  }

  convert(node: Node, depth: number): Located {
    const range = { start: node.range?.[0] ?? 0, end: node.range?.[1] ?? 0 };
    const nothing: Located = { kind: 'scalar', range, value: null, quoted: false };
    if (depth > maxDepth) {
      this.#refuse({ start: range.start, end: range.start + 1 }, tooDeep);
      return nothing;
    }
    if (this.#insideAlias > 0 && ++this.#aliased > maxAliasedValues) {
      this.#refuse(
        range,
        `The aliases of this file expand to more than ${maxAliasedValues.toLocaleString('en')} values. Replace aliases by values, or use fewer.`,
      );
      return nothing;
    }
    if (this.refused) return nothing;
    if (isAlias(node)) {
      this.anchored = true;
      if (!this.#targets.has(node)) this.#targets.set(node, this.#anchors.get(node.source));
      const target = this.#targets.get(node);
      if (!target) {
        if (this.#insideAlias === 0)
          this.#report('LW100', range, `There is no anchor \`&${node.source}\` before this alias.`);
        return nothing;
      }
      this.#insideAlias++;
      const value = this.convert(target, depth + 1);
      this.#insideAlias--;
      return { ...value, range };
    }
    if ('anchor' in node && node.anchor !== undefined) {
      this.anchored = true;
      if (this.#insideAlias === 0) this.#anchors.set(node.anchor, node);
    }
    if (isMap(node)) {
      const entries: Entry[] = [];
      const known = new Map<string, Entry>();
      for (const pair of node.items) this.#pair(pair.key as Node, pair.value as Node | null, entries, known, depth);
      return {
        kind: 'map',
        range: node.flow
          ? range
          : spanOf(
              range.start,
              entries.flatMap(({ keyRange, value, merged }) => (merged ? [] : [keyRange, value.range])),
            ),
        entries,
      };
    }
    if (isSeq(node)) {
      const items = node.items.map((item) => this.convert(item as Node, depth + 1));
      return {
        kind: 'seq',
        range: node.flow
          ? range
          : spanOf(
              range.start,
              items.map((item) => item.range),
            ),
        items,
      };
    }
    if (isScalar(node))
      return this.#scalar(node.value, range, node.type === 'QUOTE_DOUBLE' || node.type === 'QUOTE_SINGLE');
    return nothing;
  }

  /** Adds a pair. `known` contains the latest entry of each key. */
  #pair(key: Node, value: Node | null, entries: Entry[], known: Map<string, Entry>, depth: number): void {
    const keyRange = { start: key.range?.[0] ?? 0, end: key.range?.[1] ?? 0 };
    if (!isScalar(key)) {
      this.#report('LW100', keyRange, 'A key must be a text, not a list or a mapping. Put it in quotes.');
      return;
    }
    const merge = typeof key.value === 'symbol';
    const name = merge ? '<<' : String(key.value);
    const located: Located = value
      ? this.convert(value, depth + 1)
      : { kind: 'scalar', range: { start: keyRange.end, end: keyRange.end }, value: null, quoted: false };
    const add = (entry: Entry) => {
      entries.push(entry);
      known.set(entry.key, entry);
    };
    if (merge) {
      const sources = located.kind === 'seq' ? located.items : [located];
      for (const source of sources) {
        if (source.kind !== 'map') continue;
        for (const entry of source.entries) if (!known.has(entry.key)) add({ ...entry, merged: true });
      }
      return;
    }
    const earlier = known.get(name);
    if (earlier?.merged) entries.splice(entries.indexOf(earlier), 1);
    else if (earlier && this.#insideAlias === 0) this.#report('LW101', keyRange, duplicateKey(name));
    add({ key: name, keyRange, value: located, merged: false });
  }

  #scalar(value: unknown, range: Range, quoted: boolean): Located {
    const plain =
      typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
        ? value
        : value === null || value === undefined
          ? null
          : String(value);
    return { kind: 'scalar', range, value: plain, quoted };
  }

  #refuse(range: Range, message: string): void {
    if (this.refused) return;
    this.refused = true;
    this.#report('LW108', range, message);
  }
}

/** Messages with an action for the user, in place of the parser's rule names. */
const plainMessages: Record<string, string> = {
  BAD_DQ_ESCAPE:
    'A backslash starts an escape between double quotes, and this is not a valid escape. Write `\\\\`, or use single quotes.',
  BAD_INDENT: 'The indentation of this line does not match its neighbours. Indent it like them.',
  BLOCK_AS_IMPLICIT_KEY:
    'A key with a value is in the place of a single value. Put the value on its own lines, or in quotes.',
  BLOCK_IN_FLOW: 'Inside `{ }` and `[ ]`, entries are separated by commas. A comma or a closing bracket is missing.',
  MISSING_CHAR: 'A comma, a colon or a closing bracket or quote is missing here.',
  MULTILINE_IMPLICIT_KEY: 'A key must be on one line. A colon, a comma or a closing quote is missing before it.',
  UNEXPECTED_TOKEN: 'This text is not allowed here. Remove it, or put the value in quotes.',
};

function syntaxMessage(code: string, message: string, text: string, at: number): string {
  const line = text.slice(
    text.lastIndexOf('\n', at - 1) + 1,
    text.indexOf('\n', at) === -1 ? undefined : text.indexOf('\n', at),
  );
  if (code === 'MULTIPLE_DOCS') return 'The file contains more than one YAML document (`---`). Keep one.';
  if (code === 'TAB_AS_INDENT' || /^\s*\t/.test(line)) return tabIndent;
  return plainMessages[code] ?? message;
}

/**
 * Returns the range of a block collection, which ends with its last value, before any comments and blank lines that
 * follow.
 */
function spanOf(start: number, parts: readonly Range[]): Range {
  return { start, end: parts.reduce((end, part) => Math.max(end, part.end), start) };
}
