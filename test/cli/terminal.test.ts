import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseParam } from '../../cli/parseParam.ts';
import { readCount, readTime, readVersion } from '../../cli/readOption.ts';
import { jsonText } from '../../cli/safeText.ts';
import { bar, openTerminal, table } from '../../cli/terminal.ts';
import { ProjectError } from '../../engine/base/errors.ts';

/** A stream that keeps what is written. */
function stream(isTTY: boolean): NodeJS.WriteStream & { text: string } {
  const fake = {
    isTTY,
    columns: 20,
    text: '',
    write(chunk: string) {
      fake.text += chunk;
      return true;
    },
  };
  return fake as unknown as NodeJS.WriteStream & { text: string };
}

test('colour where a person reads, and where it is asked for', () => {
  const coloured = (env: NodeJS.ProcessEnv, tty: boolean) =>
    openTerminal(env, stream(tty), stream(tty)).style('red', 'x') !== 'x';
  assert.deepEqual(
    [
      coloured({}, true),
      coloured({}, false),
      coloured({ NO_COLOR: '1' }, true),
      coloured({ FORCE_COLOR: '1' }, false),
      coloured({ TERM: 'dumb' }, true),
      coloured({ NO_COLOR: '' }, true),
    ],
    [true, false, false, true, false, true],
  );
});

test('progress is redrawn in one line, cut to the terminal, and gone before the next line', () => {
  const [out, err] = [stream(true), stream(true)];
  const terminal = openTerminal({}, out, err);
  terminal.progress('a long text of more than twenty columns');
  terminal.progress('b');
  terminal.line('done');
  assert.equal(err.text, 'a long text of more\r\u001b[Kb\r\u001b[K');
  assert.equal(out.text, 'done\n');
  for (const env of [{ CI: '1' }, { TERM: 'dumb' }]) assert.equal(openTerminal(env, out, err).live, false);
  const quiet = stream(false);
  openTerminal({}, quiet, quiet).progress('x');
  assert.equal(quiet.text, '');
});

// Tried: colours and clearing by CSI, a title and the clipboard by OSC, C1, carriage returns, backspaces, characters that
// reorder text, line breaks with commands of GitHub Actions and Azure Pipelines; in lines, notes, progress and tables.
test('names cannot speak to the terminal or to a runner of CI', () => {
  const [out, err] = [stream(true), stream(true)];
  const terminal = openTerminal({}, out, err);
  const hostile = [
    'a\u001b[2Jb',
    '\u001b]0;title\u0007',
    '\u001b]52;c;aGk=\u0007',
    '\u009b31m',
    'good\rbad',
    'ab\b\bcd',
    'txt.\u202egpj',
    'x\n::error file=a::b',
    '::set-output name=a::b',
    '  ::add-mask::x',
    '##[group]x',
    '##vso[task.setvariable]x',
  ];
  for (const name of hostile) {
    terminal.line(name);
    terminal.line(terminal.style('red', name));
    terminal.note(name);
    terminal.progress(name);
    terminal.progress(null);
    for (const row of table(['name'], [[name]])) terminal.line(row);
  }
  const own = /\u001b\[(?:31|39)m|\r?\u001b\[K/g; // oxlint-disable-line no-control-regex -- the codes of the terminal
  const rest = `${out.text}${err.text}`.replaceAll(own, '');
  // oxlint-disable-next-line no-control-regex -- what must not be there
  assert.doesNotMatch(rest, /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
  const plain = stream(false);
  for (const name of hostile) openTerminal({}, plain, plain).line(name);
  assert.doesNotMatch(plain.text, /^\s*::|##\[|##vso/m);
  assert.match(out.text, /a␛\[2Jb/);
  assert.ok(out.text.includes('\u001b[31ma␛[2Jb\u001b[39m'));
});

test('the output of a program keeps its colours, and a command of ours is obeyed', () => {
  const out = stream(false);
  const terminal = openTerminal({}, out, out);
  terminal.line(`│ ${terminal.program('\u001b[32mok\u001b[0m\u001b]0;title\u0007')}`);
  terminal.command('::error file=a::a%0Ab');
  assert.equal(out.text, '│ \u001b[32mok\u001b[0m␛]0;title␇\n::error file=a::a%0Ab\n');
  const value = { name: '##[group]\u009b\u202e\u001b\n' };
  assert.deepEqual(JSON.parse(jsonText(value)), value);
  assert.doesNotMatch(jsonText(value), /##|[\u0080-\u009f\u202e]/);
});

test('tables and bars', () => {
  assert.deepEqual(
    table(
      ['name', 'n'],
      [
        ['a', '1'],
        ['longer', '10'],
      ],
      [1],
    ),
    ['name     n', '──────  ──', 'a        1', 'longer  10'],
  );
  assert.deepEqual([bar(0.5, 4), bar(2, 4), bar(-1, 4), bar(Number.NaN, 0)], ['██░░', '████', '░░░░', '']);
});

test('params keep their types', () => {
  assert.deepEqual(
    ['a=1', 'a=[64, 32]', 'a=true', 'a=text', 'a=', 'a="1"', 'a=b=c', 'a=[1'].map((text) => parseParam(text)[1]),
    [1, [64, 32], true, 'text', null, '1', 'b=c', '[1'],
  );
  for (const bad of ['a', '=1', '']) assert.throws(() => parseParam(bad), ProjectError);
});

test('options say what they take', () => {
  assert.deepEqual(
    [
      readTime('2026-05-20', 'now'),
      readTime('2026-05-20T10:00', 'now'),
      readTime('2026-05-20 10:00:00', 'now'),
      readTime(undefined, 'now'),
    ],
    [Date.UTC(2026, 4, 20), Date.UTC(2026, 4, 20, 10), Date.UTC(2026, 4, 20, 10), null],
  );
  assert.deepEqual([readCount('20', 'limit'), readVersion('v3'), readVersion('3')], [20, 3, 3]);
  for (const bad of ['x', '-1', '1.5', '']) assert.throws(() => readCount(bad, 'limit'), ProjectError);
  for (const bad of ['x', 'v', '3v3', '']) assert.throws(() => readVersion(bad), ProjectError);
});
