import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { openDatabase } from '../../../../engine/data/database.ts';
import { parsePattern } from '../../../../engine/data/logs/pattern/parsePattern.ts';
import { PatternMatcher } from '../../../../engine/data/logs/pattern/patternMatcher.ts';
import { patternProgram } from '../../../../engine/data/logs/pattern/patternProgram.ts';
import { patternScanner } from '../../../../engine/data/logs/pattern/patternScanner.ts';
import { readPattern } from '../../../../engine/data/logs/linePattern.ts';
import { agree, agreeChecked, any, fields, random } from '../../../helpers/readBothWays.ts';
import { rounds } from '../../../helpers/rounds.ts';

const db = await openDatabase({ threads: 2 });
after(() => db.close());

/** A random expression over a few letters, with groups. */
function expression(depth: number): string {
  const part = (): string => {
    const atom = any([
      'a',
      'b',
      'é',
      '.',
      '[ab]',
      '[^a]',
      '[^ab]',
      '\\d',
      '\\D',
      '\\w',
      '\\S',
      ' ',
      '\\s',
      '1',
      '[a-c1]',
      '-',
      '\\.',
      '\u{1F600}',
      '[\\d-]',
      '\\W',
      ...(depth > 0
        ? [`(${expression(depth - 1)})`, `(?:${expression(depth - 1)})`, `(${expression(depth - 1)})`]
        : []),
    ]);
    return atom + any(['', '', '', '*', '+', '?', '*?', '+?', '??', '{2}', '{1,3}', '{0,2}?', '{2,}']);
  };
  const sequence = () => Array.from({ length: 1 + random(3) }, part).join('');
  return Array.from({ length: random(4) === 0 ? 2 : 1 }, sequence).join('|');
}

// Tried: letters of one to four bytes, classes and their opposites, greedy and lazy repetitions, counts, alternatives,
// groups inside groups and in repetitions, anchors at both ends, none, and in the middle.
test('bounds of groups are those of RE2', async () => {
  const texts = Array.from({ length: 40 }, () =>
    Array.from({ length: random(9) }, () => any(['a', 'b', 'c', '1', ' ', '-', '.', 'é', '\u{1F600}', '2'])).join(''),
  );
  let tried = 0;
  for (let round = 0; round < rounds(400); round++) {
    const inner = expression(2);
    const pattern = `(?<whole>${any(['', '^', '']) + inner + any(['', '$', '', 'a$|b'])})`;
    const read = readPattern(pattern);
    assert.ok('expression' in read, pattern);
    const parsed = parsePattern(read.expression);
    const program = parsed && patternProgram(parsed);
    if (!program) continue;
    tried++;
    const matcher = new PatternMatcher(program);
    const groups = (matcher.bounds.length - 2) / 2;
    const names = Array.from({ length: groups }, (_, i) => `'g${i}'`).join(', ');
    const rows = await db.rows(
      `SELECT t, regexp_matches(t, $p) AS m, to_json(regexp_extract(t, '${`(?s)${read.expression}`.replaceAll("'", "''")}', [${names}]))::VARCHAR AS g FROM (SELECT unnest($t::VARCHAR::JSON::VARCHAR[]) AS t)`,
      { p: `(?s)${read.expression}`, t: JSON.stringify(texts) },
    );
    for (const row of rows) {
      const bytes = Buffer.from(`xx${String(row['t'])}`);
      const isMatch = matcher.match(bytes, 2, bytes.length);
      assert.equal(isMatch, row['m'], `${pattern} on ${JSON.stringify(row['t'])}`);
      if (!isMatch) continue;
      const found = Array.from({ length: groups }, (_, i) => {
        const [from = -1, to = -1] = [matcher.bounds[2 * i + 2], matcher.bounds[2 * i + 3]];
        return from === -1 || to === -1 ? '' : bytes.toString('utf8', from, to);
      });
      const wanted = Object.values(JSON.parse(String(row['g'])) as Record<string, string>);
      assert.deepEqual(found, wanted, `${pattern} on ${JSON.stringify(row['t'])}`);
    }
  }
  assert.ok(tried > rounds(400) / 4, `${tried} patterns are tried`);
});

const pattern = '^\\[(?<time>[^\\]]+)\\] (?<level>[A-Z]+)\\s+(?<thread>\\S+) - (?<msg>.*?)(?: took (?<ms>\\d+) ?ms)?$';

function line(): string {
  const time = any([
    '2026-11-30 02:00:00',
    '2026-11-30T02:00:00.5Z',
    '2026-11-30 02:00:00,123',
    '1700000000',
    'x',
    '',
    '30/Nov/2026:02:00:00 +0100',
  ]);
  const text = `[${time}] ${any(['INFO', 'WARN', 'ERROR', 'info', ''])} ${any(['main', 't-1', 'é', '', 'a b'])} - ${any(['started', '', 'a  b', 'ü\u{1F600}', '\t', 'x took 5', '\u0001'])}${any(['', ' took 12 ms', ' took 7ms', ' took 99999999999999999999 ms', ' took  ms'])}`;
  return random(20) === 0 ? text.slice(0, random(text.length)) : text;
}

// Tried: groups that take no part or match nothing, times of several forms, numbers too long, other columns and rules in
// the schema, no schema, lines that do not match.
test('lines of a pattern that are scanned give what SQL gives', async () => {
  const time = { name: 'time', type: 'datetime' } as const;
  const schema = fields(time, 'level', { name: 'ms', type: 'integer' }, 'msg', 'absent');
  for (let round = 0; round < rounds(4); round++) {
    const lines = Array.from({ length: 400 }, line);
    const share = await agreeChecked(lines, { format: 'pattern', pattern }, schema);
    assert.ok(share > 0.1 && share < 1, `${share} of the lines are scanned`);
    await agreeChecked(lines, { format: 'pattern', pattern, timezone: 'Europe/Berlin' }, fields('msg', time));
    await agree(lines, { format: 'pattern', pattern }, null);
  }
});

test('a pattern that only RE2 reads is left to it', () => {
  for (const only of [
    '(?i)(?<a>x)',
    '\\b(?<a>x)',
    '(?<a>\\pL)',
    '(?<a>(?:a*)*)',
    '(?<a>[[:alpha:]]+)',
    '(?<a>\\Qx\\E)',
    '(?<a>[é])',
  ])
    assert.equal(patternScanner({ logs: 'x', format: 'pattern', pattern: only }, null), null, only);
});
