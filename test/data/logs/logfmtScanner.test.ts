import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DatasetSchema } from '../../../engine/project/schema/datasetSchema.ts';
import type { FromLogs } from '../../../engine/project/schema/sources/logs.ts';
import { agreeChecked, any, fields, mostly, random } from '../../helpers/readBothWays.ts';
import { rounds } from '../../helpers/rounds.ts';

const value = () =>
  mostly([
    'served',
    '"two words"',
    '',
    '""',
    '"a \\"b\\" \\\\ \\/ c"',
    '"line\\nline\\tx\\b\\f\\r"',
    '"\\u00e9"',
    '"\\x"',
    '"\\',
    '"cut',
    'a"b',
    '"a"b',
    'k=v',
    '/p?q=1&r="x"',
    'caf\u00e9',
    '"ü \u{1F600}"',
    'a\\b',
    '\u0001',
    '"x\ty"',
    'null',
    '\u00a0',
  ]);
const whole = () =>
  mostly([String(random(1000)), '0', '-7', '-0', '007', '+1', '1e3', '"12"', '1.5', 'x', '12345678901234567890']);
const time = () =>
  mostly([
    '2026-11-30T02:00:00Z',
    '"2026-11-30 02:00:00"',
    '2026-11-30T02:00:00.123456+02:00',
    '"2026-11-30 02:00:00,5"',
    '1700000000',
    '1700000000.25',
    '1700000000123',
    '"1700000000123456"',
    '1700000000123456789',
    '"30/Nov/2026:02:00:00 +0100"',
    '"Nov 30 02:00:00"',
    'yesterday',
    '2026-02-30T00:00:00Z',
    '',
  ]);
const flag = () => mostly(['true', 'false', '"true"', '1', 'yes', '']);

function line(): string {
  const pairs = [
    `time=${time()}`,
    `level=${mostly(['info', 'warn', '"error"'])}`,
    `n=${whole()}`,
    `d=${mostly(['0.25', '12.5', '7', '1.50', '1e-7', '.5', 'NaN', '-0.5'])}`,
    `ok=${flag()}`,
    `msg=${value()}`,
    `other=${value()}`,
  ];
  const form = random(40);
  if (form === 0) pairs.push(`n=${whole()}`, `msg=${value()}`);
  if (form === 1) pairs.reverse();
  if (form === 2) pairs.splice(random(7), 1);
  if (form === 3) pairs.push('alone');
  if (form === 4) pairs[random(7)] = any(['ok', 'msg', 'n', 'time', '=x', 'a==b', '"q"=1', 'é=1']);
  if (form === 5)
    return any(['', ' ', 'words of no pair', '=', 'a', 'a=', '"', '{"n":1}', '\u0001', '\ufeffn=1', 'n=1\u2028']);
  const between = form < 9 ? any(['  ', '\t', ' \u000b ']) : ' ';
  const text = (form === 10 ? ' ' : '') + pairs.join(between) + (form === 11 ? '  ' : '');
  return form === 12 ? text.slice(0, random(text.length)) : text;
}

const plain = fields(
  { name: 'time', type: 'datetime' },
  'level',
  { name: 'n', type: 'integer' },
  { name: 'd', type: 'number' },
  { name: 'ok', type: 'boolean' },
  'msg',
  'absent',
);

// Tried: values in quotes with blanks, escapes of a letter and by number, quotes that are not closed or inside a word;
// empty values; keys alone, twice, in another order, absent, without a value, with signs; numbers, times and flags that
// are none; times since 1970; tabs and other characters between; blank and cut lines; rules on texts; a zone.
test('logfmt lines that are scanned give what SQL gives', async () => {
  const schemas: [DatasetSchema, Partial<FromLogs>?][] = [
    [plain],
    [fields('msg', 'n', 'ok')],
    [{ ...plain, missingValues: ['', 'null', '-7'] }],
    [
      fields(
        { name: 'time', type: 'datetime', constraints: { minLength: 20 } },
        { name: 'msg', type: 'string', constraints: { minLength: 3 } },
      ),
    ],
    [plain, { timezone: 'Europe/Berlin' }],
  ];
  for (let round = 0; round < rounds(5); round++)
    for (const [schema, more] of schemas) {
      const share = await agreeChecked(Array.from({ length: 250 }, line), { format: 'logfmt', ...more }, schema);
      if (schema === plain) assert.ok(share > 0.1 && share < 1, `${share} of the lines are scanned`);
    }
});

test('usual logfmt lines are all scanned', async () => {
  const lines = Array.from(
    { length: 300 },
    (_, i) => `time=2026-11-30T02:00:00Z level=info n=${i} msg="request served" ok=true`,
  );
  assert.equal(await agreeChecked(lines, { format: 'logfmt' }, plain), 1);
});
