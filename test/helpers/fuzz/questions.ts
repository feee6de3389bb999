import type {
  CallHierarchyItem,
  CodeAction,
  CompletionItem,
  CompletionList,
  DocumentSymbol,
  FoldingRange,
  Position,
  Range,
  SelectionRange,
  SemanticTokens,
  SemanticTokensDelta,
  TextEdit,
  WorkspaceEdit,
} from 'vscode-languageserver';
import type { Random } from '../../../engine/statistics/random.ts';
import { semanticTokensLegend } from '../../../server/features/semanticTokens.ts';
import { oneOf } from './mutations.ts';
import { before, overlaps, splitLines, wrongTokens, type TextOf } from './placesIn.ts';

export interface Question {
  method: string;
  params: object;
  uri: string;
  /** Questions that follow from the answer. */
  next?: (answer: unknown) => Question[];
  /** What is wrong with the answer, besides places outside of their files. */
  check?: (answer: unknown, textOf: TextOf) => string[];
  /** Whether it may be refused with a reason. */
  mayRefuse?: true;
}

/** What a client remembers of the tokens it was sent last, by file. */
export type KnownTokens = Map<string, SemanticTokens>;

interface Around {
  uri: string;
  uris: readonly string[];
  text: string;
  random: Random;
  tokens: KnownTokens;
}

const options = { tabSize: 2, insertSpaces: true };
const newNames = [
  'renamed',
  'new name',
  '',
  'x'.repeat(5000),
  '1',
  '\ud83d\ude00',
  'features',
  'a-b',
  '"',
  '${x}',
  'null',
  'a: b',
  'true',
];

export function positionIn({ text, random }: Around): Position {
  const lines = splitLines(text);
  if (random.integer(12) === 0)
    return { line: random.integer(lines.length + 5), character: oneOf([0, 1, 80, 100_000, 2 ** 31 - 1], random) };
  const line = random.integer(lines.length);
  return { line, character: random.integer((lines[line]?.length ?? 0) + 1) };
}

function rangeIn(around: Around): Range {
  if (around.random.integer(6) === 0) return { start: { line: 0, character: 0 }, end: { line: 100_000, character: 0 } };
  const [one, other] = [positionIn(around), positionIn(around)];
  return before(one, other) ? { start: one, end: other } : { start: other, end: one };
}

const place = (around: Around) => ({ textDocument: { uri: around.uri }, position: positionIn(around) });
const asked = (around: Around, method: string, params: object, more: Partial<Question> = {}): Question => ({
  method: `textDocument/${method}`,
  params: { textDocument: { uri: around.uri }, ...params },
  uri: around.uri,
  ...more,
});

const kinds: readonly ((around: Around) => Question)[] = [
  (around) => {
    const params = place(around);
    return asked(around, 'completion', params, {
      check: (answer, textOf) =>
        wrongCompletions(answer as CompletionList | null, params.position, textOf(around.uri) ?? ''),
    });
  },
  (around) =>
    asked(around, 'hover', place(around), {
      check: (answer) =>
        /undefined|\[object|NaN/.test(JSON.stringify(answer ?? '')) ? [`a hover says ${JSON.stringify(answer)}`] : [],
    }),
  (around) => asked(around, 'definition', place(around)),
  (around) =>
    asked(around, 'references', { ...place(around), context: { includeDeclaration: around.random.integer(2) === 0 } }),
  (around) => asked(around, 'prepareRename', place(around)),
  (around) =>
    asked(
      around,
      'rename',
      { ...place(around), newName: oneOf(newNames, around.random) },
      { mayRefuse: true, check: (answer) => wrongEdit(answer as WorkspaceEdit | null) },
    ),
  (around) => asked(around, 'documentSymbol', {}, { check: (answer) => wrongSymbols(answer as DocumentSymbol[]) }),
  (around) => asked(around, 'documentLink', {}),
  (around) =>
    asked(
      around,
      'foldingRange',
      {},
      { check: (answer, textOf) => wrongFolds(answer as FoldingRange[], splitLines(textOf(around.uri) ?? '').length) },
    ),
  (around) =>
    asked(
      around,
      'selectionRange',
      { positions: [positionIn(around), positionIn(around)] },
      { check: (answer) => ((answer as SelectionRange[] | null) ?? []).flatMap(wrongSelection) },
    ),
  fullTokens,
  deltaTokens,
  (around) =>
    asked(
      around,
      'semanticTokens/range',
      { range: rangeIn(around) },
      {
        check: (answer, textOf) =>
          wrongTokens(
            (answer as SemanticTokens).data,
            textOf(around.uri) ?? '',
            semanticTokensLegend.tokenTypes.length,
          ),
      },
    ),
  (around) => asked(around, 'inlayHint', { range: rangeIn(around) }),
  (around) => asked(around, 'formatting', { options }, { check: wrongEdits }),
  (around) => asked(around, 'rangeFormatting', { range: rangeIn(around), options }, { check: wrongEdits }),
  (around) => asked(around, 'onTypeFormatting', { ...place(around), ch: '\n', options }, { check: wrongEdits }),
  (around) => codeActions(around, rangeIn(around)),
  (around) => codeActions(around, { start: { line: 0, character: 0 }, end: { line: 100_000, character: 0 } }),
  (around) =>
    asked(around, 'prepareCallHierarchy', place(around), {
      next: (items) =>
        ((items as CallHierarchyItem[] | null) ?? []).flatMap((item) =>
          ['incomingCalls', 'outgoingCalls'].map((method) => ({
            method: `callHierarchy/${method}`,
            params: { item },
            uri: item.uri,
          })),
        ),
    }),
  ({ uri, random }) => ({
    method: 'workspace/symbol',
    params: { query: oneOf(['', 'a', 'train', '\ud83d\ude00', '*', '('], random) },
    uri,
  }),
  ({ uri }) => ({ method: 'loopwright/outline', params: { uri }, uri }),
  ({ uri, uris, random }) => ({
    method: 'workspace/willRenameFiles',
    params: {
      files: [
        {
          oldUri: uri,
          newUri: oneOf(
            [oneOf(uris, random), uri.replace(/[^/]*$/, 'moved%20here.sql'), 'file:///elsewhere/x.yaml'],
            random,
          ),
        },
      ],
    },
    uri,
    check: (answer) => wrongEdit(answer as WorkspaceEdit | null),
  }),
];

/** A question that an editor could ask of a file. */
export function question(around: Around): Question {
  return oneOf(kinds, around.random)(around);
}

export function codeActions(around: Around, range: Range): Question {
  const only = oneOf(
    [undefined, undefined, ['quickfix'], ['refactor'], ['source.fixAll.loopwright'], ['source']],
    around.random,
  );
  return asked(
    around,
    'codeAction',
    { range, context: { diagnostics: [], ...(only ? { only } : {}) } },
    {
      check: (answer) => ((answer as CodeAction[] | null) ?? []).flatMap(({ edit }) => wrongEdit(edit ?? null)),
      next: (actions) =>
        ((actions as CodeAction[] | null) ?? [])
          .filter(({ edit }) => !edit)
          .map((action) => ({ method: 'codeAction/resolve', params: action, uri: around.uri })),
    },
  );
}

function fullTokens(around: Around): Question {
  return asked(
    around,
    'semanticTokens/full',
    {},
    { check: (answer, textOf) => checkTokens(around, answer as SemanticTokens, textOf) },
  );
}

function checkTokens({ uri, tokens }: Around, answer: SemanticTokens, textOf: TextOf): string[] {
  tokens.set(uri, answer);
  return wrongTokens(answer.data, textOf(uri) ?? '', semanticTokensLegend.tokenTypes.length);
}

/** The change since the last answer, and the whole: both have to come to the same. */
function deltaTokens(around: Around): Question {
  const { uri, tokens } = around;
  const previous = tokens.get(uri);
  return asked(
    around,
    'semanticTokens/full/delta',
    { previousResultId: previous?.resultId ?? 'none' },
    {
      check: (answer, textOf) => {
        const { data, edits, resultId } = answer as Partial<SemanticTokens & SemanticTokensDelta>;
        const whole =
          data ??
          (edits ?? [])
            .toReversed()
            .reduce(
              (all, edit) => [
                ...all.slice(0, edit.start),
                ...(edit.data ?? []),
                ...all.slice(edit.start + edit.deleteCount),
              ],
              previous?.data ?? [],
            );
        return checkTokens(around, { data: whole, ...(resultId === undefined ? {} : { resultId }) }, textOf);
      },
    },
  );
}

function wrongCompletions(answer: CompletionList | null, asked: Position, text: string): string[] {
  const inside = asked.character <= (splitLines(text)[asked.line]?.length ?? -1);
  return (answer?.items ?? []).flatMap(({ label, textEdit }: CompletionItem) => {
    if (!textEdit) return [];
    const range = 'range' in textEdit ? textEdit.range : textEdit.insert;
    if (range.start.line !== range.end.line) return [`the completion ${label} replaces more than a line`];
    return inside && (before(asked, range.start) || before(range.end, asked))
      ? [`the completion ${label} replaces ${JSON.stringify(range)}, away from ${JSON.stringify(asked)}`]
      : [];
  });
}

function wrongEdits(answer: unknown): string[] {
  return overlaps((answer as TextEdit[] | null) ?? []);
}

export function wrongEdit(edit: WorkspaceEdit | null): string[] {
  const lists = [
    ...Object.values(edit?.changes ?? {}),
    ...(edit?.documentChanges ?? []).flatMap((change) => ('edits' in change ? [change.edits as TextEdit[]] : [])),
  ];
  return lists.flatMap(overlaps);
}

function wrongFolds(folds: FoldingRange[] | null, lines: number): string[] {
  return (folds ?? [])
    .filter(({ startLine, endLine }) => startLine < 0 || endLine < startLine || endLine >= lines)
    .map((fold) => `the fold ${JSON.stringify(fold)} of ${lines} lines`);
}

function wrongSelection(selection: SelectionRange): string[] {
  const wrong: string[] = [];
  for (let one: SelectionRange | undefined = selection; one?.parent; one = one.parent) {
    if (!contains(one.parent.range, one.range))
      wrong.push(`the selection ${JSON.stringify(one.range)} is not in ${JSON.stringify(one.parent.range)}`);
  }
  return wrong;
}

function wrongSymbols(symbols: DocumentSymbol[] | null): string[] {
  return (symbols ?? []).flatMap(({ name, range, selectionRange, children }) => [
    ...(name === '' ? ['a symbol has no name'] : []),
    ...(contains(range, selectionRange)
      ? []
      : [`the symbol ${name} is at ${JSON.stringify(selectionRange)}, not in ${JSON.stringify(range)}`]),
    ...wrongSymbols(children ?? []),
  ]);
}

function contains(outer: Range, inner: Range): boolean {
  return !before(inner.start, outer.start) && !before(outer.end, inner.end);
}
