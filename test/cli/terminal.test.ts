import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseParam } from '../../cli/parseParam.ts';
import { readCount, readTime, readVersion } from '../../cli/readOption.ts';
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
