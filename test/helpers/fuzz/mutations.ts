import type { Random } from '../../../engine/statistics/random.ts';
import { applyEdit, noisyEdit } from '../textNoise.ts';

export type Mutation = (text: string, others: readonly string[], random: Random) => string;

export function oneOf<T>(values: readonly T[], random: Random): T {
  if (values.length === 0) throw new Error('nothing to choose from');
  return values[random.integer(values.length)] as T;
}

interface Chunk {
  /** Lines from … to, the second not included. */
  from: number;
  to: number;
  indent: number;
}

const scalars = [
  'null',
  '~',
  'true',
  '1',
  '-0',
  '1e400',
  '.nan',
  '.inf',
  '0x1F',
  '""',
  "''",
  '[]',
  '{}',
  '[[1]]',
  '{ a: { b: [c] } }',
  '2026-01-01',
  '"${params.x}"',
  '${params.',
  '"\\ud83d\\ude00"',
  '"\\x"',
  '!!binary aGk=',
  '!!set {a}',
  '!own x',
  '|',
  '>-',
  '|2-\n      text',
  '*nobody',
  '"two\n    lines"',
  '- x',
  '? x',
  '12345678901234567890',
  'a: b',
  '@x',
  '`x`',
  '%x',
  '../../..',
  '/',
  '/etc',
  '.',
  'C:\\x',
  '**/*',
  '{a,b}',
  '"\\0"',
  'data/\u0000',
];
const foreign = [
  '\ud83d\ude00',
  '\ud83d',
  '\ude00',
  '\u202e\u05d0\u05d1\u05d2',
  '\u0627\u0644',
  'e\u0301',
  '\ufeff',
  '\u00a0',
  '\u2028',
  '\u2029',
  '\u0085',
  '\u200b',
  '\u0007',
  '\u{1f468}\u200d\u{1f469}\u200d\u{1f467}',
  '\uffff',
  '\r',
  '\v',
  '\f',
];
const sql = [
  'SELECT',
  'FROM nobody',
  'JOIN',
  '/*',
  '*/',
  '--',
  "'",
  '"',
  '$$',
  '(',
  ')',
  ';',
  'WITH x AS (',
  'ORDER BY 1',
  'COPY',
  ', *',
  "read_csv('x')",
  'loopwright_as_of',
  '${params.x}',
];

/** Lines with what is indented below them: entries and items, as far as a text has any. */
function chunksOf(lines: readonly string[]): Chunk[] {
  const indents = lines.map((line) => (/^\s*(#|$)/.test(line) ? null : (/^ */.exec(line)?.[0].length ?? 0)));
  return indents.flatMap((indent, from) => {
    if (indent === null) return [];
    let to = from + 1;
    while (to < lines.length && (indents[to] === null || (indents[to] ?? 0) > indent)) to++;
    return [{ from, to, indent }];
  });
}

function indented(lines: readonly string[], by: number): string[] {
  return lines.map((line) => (by >= 0 ? ' '.repeat(by) + line : line.replace(new RegExp(`^ {0,${-by}}`), '')));
}

function inChunks(
  change: (lines: string[], chunks: readonly Chunk[], random: Random, others: readonly string[]) => string[],
): Mutation {
  return (text, others, random) => {
    const lines = text.split('\n');
    const chunks = chunksOf(lines);
    return chunks.length === 0 ? text : change(lines, chunks, random, others).join('\n');
  };
}

const remove = inChunks((lines, chunks, random) => {
  const { from, to } = oneOf(chunks, random);
  return [...lines.slice(0, from), ...lines.slice(to)];
});

const duplicate = inChunks((lines, chunks, random) => {
  const { from, to } = oneOf(chunks, random);
  return [...lines.slice(0, to), ...lines.slice(from, to), ...lines.slice(to)];
});

const swap = inChunks((lines, chunks, random) => {
  const one = oneOf(chunks, random);
  const other = oneOf(
    chunks.filter(({ indent }) => indent === one.indent),
    random,
  );
  const [first, second] = one.from < other.from ? [one, other] : [other, one];
  if (first.to > second.from) return lines;
  return [
    ...lines.slice(0, first.from),
    ...lines.slice(second.from, second.to),
    ...lines.slice(first.to, second.from),
    ...lines.slice(first.from, first.to),
    ...lines.slice(second.to),
  ];
});

const move = inChunks((lines, chunks, random) => {
  const [moved, place] = [oneOf(chunks, random), oneOf(chunks, random)];
  const taken = indented(lines.slice(moved.from, moved.to), place.indent - moved.indent);
  if (place.from >= moved.from && place.from < moved.to) return lines;
  const at = place.from > moved.from ? place.from - taken.length : place.from;
  const rest = [...lines.slice(0, moved.from), ...lines.slice(moved.to)];
  return [...rest.slice(0, at), ...taken, ...rest.slice(at)];
});

const borrow = inChunks((lines, chunks, random, others) => {
  const theirs = oneOf(others, random).split('\n');
  const foreignChunks = chunksOf(theirs);
  if (foreignChunks.length === 0) return lines;
  const [taken, place] = [oneOf(foreignChunks, random), oneOf(chunks, random)];
  return [
    ...lines.slice(0, place.from),
    ...indented(theirs.slice(taken.from, taken.to), place.indent - taken.indent),
    ...lines.slice(place.from),
  ];
});

/** A value of a line, on its own line or in a flow mapping. */
function changeValue(how: (written: string, random: Random) => string): Mutation {
  return (text, _others, random) => {
    const values = [...text.matchAll(/: +([^\s,{}[\]#][^,{}[\]\n#]*|\{[^\n]*\}|\[[^\n]*\])/g)];
    if (values.length === 0) return text;
    const value = oneOf(values, random);
    const written = value[1] ?? '';
    const start = value.index + value[0].length - written.length;
    return text.slice(0, start) + how(written, random) + text.slice(start + written.length);
  };
}

const renameWord: Mutation = (text, others, random) => {
  const words = text.match(/[A-Za-z_][\w-]*/g) ?? [];
  if (words.length === 0) return text;
  const from = oneOf(words, random);
  const to =
    random.integer(3) === 0
      ? `${from}x`
      : oneOf(oneOf([text, ...others], random).match(/[A-Za-z_][\w-]*/g) ?? ['x'], random);
  return random.integer(2) === 0 ? text.replaceAll(from, to) : text.replace(from, to);
};

const anchor: Mutation = (text, others, random) => {
  const anchored = changeValue((written) => `&a ${written}`)(text, others, random);
  return changeValue(() => '*a')(anchored, others, random);
};

const merge = inChunks((lines, chunks, random) => {
  const [named, user] = [
    oneOf(chunks.filter(({ from, to }) => to > from + 1 || lines[from]?.endsWith(':')).concat(chunks), random),
    oneOf(chunks, random),
  ];
  const changed = lines.map((line, i) => (i === named.from ? line.replace(/:\s*$/, ': &m') : line));
  return [
    ...changed.slice(0, user.from),
    `${' '.repeat(user.indent)}${oneOf(['<<: *m', '<<: [*m, *m]', '<<: { a: 1 }', '<<: 3'], random)}`,
    ...changed.slice(user.from),
  ];
});

function insertAt(piece: (random: Random) => string): Mutation {
  return (text, _others, random) => {
    const at = random.integer(text.length + 1);
    return text.slice(0, at) + piece(random) + text.slice(at);
  };
}

const tabs: Mutation = (text, _others, random) => {
  const lines = text.split('\n');
  const at = random.integer(lines.length);
  return lines.map((line, i) => (i === at ? line.replace(/^ */, '\t') : line)).join('\n');
};

const crlf: Mutation = (text, _others, random) => {
  if (text.includes('\r\n') && random.integer(2) === 0) return text.replaceAll('\r\n', '\n');
  const from = random.integer(text.length + 1);
  return random.integer(2) === 0
    ? text.replaceAll(/\r?\n/g, '\r\n')
    : text.slice(0, from) + text.slice(from, from + 200).replaceAll(/\r?\n/g, '\r\n') + text.slice(from + 200);
};

const nests = (random: Random) =>
  oneOf(['[', '{a: ', '- ', '? ', '{', '"', '${'], random).repeat(oneOf([3, 20, 70, 400], random));
const longLine = (random: Random) =>
  `${oneOf(['x', ' ', 'ab: ', '\ud83d\ude00', 'a, ', '# ', "''", '""', '${params.a} ', '- ', '[]', 'x/'], random).repeat(oneOf([300, 3000, 20_000], random))}${oneOf(['', '\n'], random)}`;

const mutations: readonly [string, Mutation, weight: number][] = [
  ['remove', remove, 3],
  ['duplicate', duplicate, 3],
  ['swap', swap, 3],
  ['move', move, 3],
  ['borrow', borrow, 3],
  ['value', changeValue((_, random) => oneOf(scalars, random)), 5],
  [
    'in flow',
    changeValue((written, random) =>
      oneOf([`{ ${written} }`, `[${written}]`, `{ x: ${written} }`, `[[${written}], ${written}]`], random),
    ),
    2,
  ],
  [
    'in block',
    changeValue((written, random) =>
      oneOf(
        [
          `\n      - ${written}`,
          `\n        x: ${written}`,
          `|\n        ${written}`,
          `>\n        ${written}\n\n        more`,
        ],
        random,
      ),
    ),
    2,
  ],
  ['rename', renameWord, 4],
  ['anchor', anchor, 2],
  ['merge', merge, 2],
  ['foreign', insertAt((random) => oneOf(foreign, random)), 4],
  ['sql', insertAt((random) => ` ${oneOf(sql, random)} `), 1],
  ['tabs', tabs, 1],
  ['crlf', crlf, 1],
  ['nest', insertAt(nests), 1],
  ['long line', insertAt(longLine), 1],
  ['noise', (text, _others, random) => applyEdit(text, noisyEdit(text, random)), 8],
  ['empty', () => '', 0.3],
];
const drawn = mutations.flatMap((mutation) => Array.from({ length: Math.ceil(mutation[2] * 3) }, () => mutation));

/** One change of a text of YAML or SQL, and what it was. */
export function mutate(text: string, others: readonly string[], random: Random): { what: string; text: string } {
  const [what, mutation] = oneOf(drawn, random);
  const changed = mutation(text, others, random);
  return { what, text: changed.length > 400_000 ? text.slice(0, 1000) : changed };
}
