import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expectMarks } from '../helpers/checking.ts';

const only = { only: true };
const files = (from: string) => ({
  'loopwright.yaml': `version: 1\nproject: p\ndatasets:\n  a: { path: data/a.parquet, schema: a.dataset.yaml }\nstages:\n  p:\n    uses: collect\n    with:\n      dataset: a\n      from:\n        logs: app.log\n${from.replaceAll(/^/gm, '        ')}\n`,
  'a.dataset.yaml': 'fields:\n  - { name: time, type: datetime }\n  - { name: message, type: string }\n',
});
const pattern = (text: string) => files(`format: pattern\npattern: ${text}`);

// Tried: plain, single-quoted and double-quoted scalars; look-around, back-references, atomic groups; what is not
// closed; repeats of nothing; no, unnamed, repeated and ill-named groups; both spellings of named groups; classes with
// brackets; flags; groups that are no fields; a missing and a needless pattern; `continued`; time zones.

test('LW329 a pattern that cannot be run, at its place', () => {
  for (const [text, says] of [
    ["'^(?<time>\\S+) «(»?=x)(?<message>.*)$'", /has `\(\?=`, which RE2 does not have/],
    ["'(?<time>\\S+)«(»?<!x)(?<message>.*)'", /has `\(\?<!`/],
    ["'(?<time>.)«\\»1(?<message>.*)'", /back-reference `\\1`/],
    ["'(?<time>.)«\\»k<time>'", /back-reference `\\k<time>`/],
    ["'(?<time>«(»?>a+))'", /`\(\?>`/],
    ["'(?<time>.*) «(»x'", /`\(` without `\)`/],
    ['(?<time>.*) x«)»', /`\)` without `\(`/],
    ["'(?<time>.*) «[»a-'", /`\[` without `\]`/],
    ["'(?<time>.*)|«*»'", /`\*` with nothing before it to repeat/],
    ["'(?<time>a+«+»)'", /nothing before it/],
    ["'(?<time>«?»)'", /nothing before it/],
    ["'(?<time>.*) «(»?<time>x)'", /two groups with the name `time`/],
    ["'«(»?<a-b>x)'", /group name `a-b`/],
    ["'«(»\\S+) (.*)'", /has no named group/],
    ['"\\\\S+«(»?<time>a"', /without/],
  ] as const) {
    const [problem] = expectMarks('LW329', pattern(text), only);
    assert.match(problem?.message ?? '', says, text);
    assert.equal(problem?.severity, 'error');
  }
});

test('LW329 patterns that can be run', () => {
  for (const text of [
    "'^(?<time>\\S+) (?:x|y)? (?P<message>.*)$'",
    "'(?i)(?<time>[[:digit:]]+) (?<message>[^\\]\\[]*)'",
    "'(?<time>[\\d:.]+) \\((?<message>[()]+)\\)'",
    "'(?<time>\\w{4}-\\d\\d) (a|b(c)) (?<message>.*?)'",
  ])
    expectMarks('LW329', pattern(text), only);
});

test('LW329 groups that are no fields, and keys that do not fit the format', () => {
  const [group] = expectMarks('LW329', pattern("«'(?<time>\\S+) (?<mesage>.*)'»"), only);
  assert.match(group?.message ?? '', /The group `mesage` is no field of the schema of `a`.*Did you mean `message`\?/);
  assert.equal(group?.severity, 'warning');
  assert.match(expectMarks('LW329', files('format: «pattern»'), only)[0]?.message ?? '', /needs `pattern`/);
  assert.match(
    expectMarks('LW329', files("format: json\n«pattern»: '(?<time>.)'"), only)[0]?.message ?? '',
    /only for/,
  );
  expectMarks('LW329', files("format: json\ncontinued: '^\\s«(»?!x)'"), only);
  expectMarks('LW329', files("format: json\ncontinued: '^(\\s|Caused by)'"), only);
  expectMarks('LW329', files('format: json\ntimezone: «Europe/Berlim»'), only);
  expectMarks('LW329', files('format: json\ntimezone: Europe/Berlin'), only);
});
