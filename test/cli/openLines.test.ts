import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openTerminal } from '../../cli/terminal.ts';
import { loadProject } from '../../engine/project/loadProject.ts';
import { readLog } from '../../engine/tracking/readLog.ts';
import { runIn } from '../helpers/runIn.ts';
import { entryOf } from '../helpers/entryOf.ts';
import { makeProject } from '../helpers/makeProject.ts';
import { startCli } from '../helpers/runCli.ts';
import { until } from '../helpers/until.ts';

const bar =
  'import sys\nfor i in range(2001):\n    sys.stderr.write(f"\\rEpoch 1: {i/20:5.1f}%| {i}/2000"); sys.stderr.flush()\nsys.stderr.write("\\n"); print("loss 0.5")\n';
const part =
  'import os, sys, time\nsys.stdout.write("Downloading model ... "); sys.stdout.flush()\nwhile not os.path.exists("go"): time.sleep(0.02)\nprint("done")\n';
const yaml =
  'version: 1\nproject: p\nstages:\n  bar: { cmd: python3 bar.py, deps: [bar.py] }\n  part: { cmd: python3 part.py, deps: [part.py] }\n';

const project = () => makeProject({ 'loopwright.yaml': yaml, 'bar.py': bar, 'part.py': part });

/** A command in a terminal of its own, by util-linux's script; what the terminal received. */
function inTerminal(args: readonly string[], cwd: string) {
  const command = [process.execPath, entryOf('dist/cli.cjs', 'cli/main.ts'), ...args]
    .map((word) => `'${word}'`)
    .join(' ');
  const { CI: _ci, NO_COLOR: _no, ...env } = process.env;
  const child = spawn('script', ['-qfec', command, '/dev/null'], {
    cwd,
    env: { ...env, TERM: 'xterm' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  return { child, out: () => out, ended: once(child, 'close') };
}

test('a bar of 2,001 updates is one line of the log, and is redrawn in place in a terminal', async () => {
  const root = project();
  const { out, ended } = inTerminal(['run', 'bar'], root);
  await ended;
  const lines = out()
    .split('\n')
    .filter((line) => line.includes('Epoch'));
  assert.equal(lines.length, 1, `${lines.length} lines`);
  const [run] = readdirSync(join(root, '.loopwright/logs'));
  for (const file of ['bar.log', 'bar%stderr.log'])
    assert.deepEqual(
      readFileSync(join(root, '.loopwright/logs', run ?? '', file), 'utf8')
        .split('\n')
        .filter((line) => line.includes('Epoch')),
      ['Epoch 1: 100.0%| 2000/2000'],
      file,
    );
  assert.deepEqual(
    readdirSync(join(root, '.loopwright/logs', run ?? '')).filter((file) => file.includes('open')),
    [],
  );
});

test('a line without its end shows at once: in a pipe, in a terminal, in the log that views follow', async () => {
  const piped = project();
  const running = startCli(['run', 'part'], { cwd: piped });
  await until('the pipe has it', () => running.out().endsWith('Downloading model ... '));
  const { store } = runIn(piped);
  const run = store.sql.get<{ run_id: string }>('SELECT run_id FROM runs')?.run_id ?? '';
  await until('the log has it', () => readLog(store, run, 'part', 0).open === 'Downloading model ... ');
  execFileSync('touch', ['go'], { cwd: piped });
  await running.ended;
  assert.match(running.out(), /│ Downloading model \.\.\. done\n/);
  assert.equal(readLog(store, run, 'part', 0).open, undefined);
  assert.match(readLog(store, run, 'part', 0).text, /^Downloading model \.\.\. done$/m);
  const root = project();
  const { out, ended } = inTerminal(['run', 'part'], root);
  await until('the terminal has it', () => out().includes('Downloading model ... '));
  execFileSync('touch', ['go'], { cwd: root });
  await ended;
  // oxlint-disable-next-line no-control-regex -- terminals are told colours and moves by control characters
  assert.match(out(), /│(\u001b\[39m)? Downloading model \.\.\. done\r?\n/);
});

test('open lines are cut to the terminal with their colours, drawn over, and gone before the next line', () => {
  const stream = (isTTY: boolean, columns = 20) => {
    const fake = {
      isTTY,
      columns,
      rows: 4,
      text: '',
      write(chunk: string) {
        fake.text += chunk;
        return true;
      },
    };
    return fake as unknown as NodeJS.WriteStream & { text: string };
  };
  const [out, err] = [stream(true), stream(true)];
  const terminal = openTerminal({}, out, err);
  terminal.open([terminal.program('\u001b[31ma red text of more than twenty columns'), '漢字漢字漢字漢字漢字漢字']);
  terminal.open(['b']);
  terminal.line('done');
  assert.equal(
    err.text,
    '\u001b[31ma red text of more \u001b[0m\n漢字漢字漢字漢字漢\r\u001b[K\u001b[1A\u001b[Kb\r\u001b[K',
  );
  terminal.open(['1', '2', '3', '4', '5']);
  assert.ok(err.text.endsWith('3\n4\n5'), 'no more than the terminal is high');
  const piped = stream(false);
  const plain = openTerminal({}, piped, piped);
  for (const rows of [['ask'], ['ask: '], ['other'], ['a', 'b']]) plain.open(rows);
  plain.line('ask: yes');
  plain.open(['begun']);
  plain.line('another');
  assert.equal(piped.text, 'ask: yes\nbegun\nanother\n');
});

test('streams of one program are in the order in which they settle, and trials say whose line it is', async () => {
  const root = makeProject({
    'loopwright.yaml': `version: 1\nproject: p\nstages:\n  s: { cmd: "printf '\\r1/2\\r2/2\\n' >&2; sleep 0.05; echo after; printf 'no end'" }\n`,
  });
  const { run, logs } = runIn(root);
  await run({ project: loadProject(root) });
  assert.deepEqual(
    logs.filter((line) => !line.includes('$')),
    ['s| 2/2', 's| after', 's| no end'],
  );
});

test('a program that asks gets the terminal to answer in; without one it is told what to do', async () => {
  const asks: Record<string, string> = {
    input: "python3 -c \"name = input('Your name? '); print('Hello', name)\"",
    getpass: "python3 -c \"import getpass; print('Hello', getpass.getpass('Password: '))\"",
    read: 'printf \'Go on [y/N]: \'; read answer && echo "Hello $answer"',
  };
  const root = makeProject({
    'loopwright.yaml': `version: 1\nproject: p\nstages:\n${Object.entries(asks)
      .map(([name, cmd]) => `  ${name}: { cmd: ${JSON.stringify(cmd)} }\n`)
      .join('')}`,
  });
  for (const [stage, question] of [
    ['input', 'Your name?'],
    ['getpass', 'Password:'],
    ['read', 'Go on [y/N]:'],
  ] as const) {
    const { child, out, ended } = inTerminal(['run', stage], root);
    await until(`${stage} asks`, () => out().trimEnd().endsWith(question) && out().includes(`${question} `));
    child.stdin.write('Ada\n');
    await ended;
    child.stdin.end();
    assert.match(out(), /Hello Ada/, stage);
    const piped = startCli(['run', stage, '--force'], { cwd: root });
    piped.child.stdin?.end();
    const { code, err } = await piped.ended;
    assert.deepEqual(
      [
        code,
        /It asked for input(?: \("[^"]+"\))?, and there is no terminal to answer in\. Run `loopwright run \w+` in a terminal/.test(
          err,
        ),
      ],
      [1, true],
      `${stage}: ${err}`,
    );
  }
});
