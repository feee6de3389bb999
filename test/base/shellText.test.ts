import { strict as assert } from 'node:assert';
import { tmpdir } from 'node:os';
import { test } from 'node:test';
import { runCommand } from '../../engine/base/runCommand.ts';
import { shellText } from '../../engine/base/shellText.ts';

// Tried: one line, several, comments of each shell, empty lines, line ends of both systems, continued lines, `if`, `for`,
// pipes, `||`; for `sh` also a loop and a here-document over several lines.

test('one line is left as it is', () => {
  for (const platform of ['win32', 'linux'] as const) {
    assert.equal(shellText('python train.py --lr 0.1', platform), 'python train.py --lr 0.1');
    assert.equal(shellText('a || b', platform), 'a || b');
  }
});

test('cmd gets several lines as one', () => {
  const lines = (text: string) => shellText(text, 'win32');
  assert.equal(lines('python a.py\npython b.py\n'), 'python a.py && python b.py');
  assert.equal(lines('python a.py\r\n\r\n# why\r\nREM note\r\n:: note\r\npython b.py'), 'python a.py && python b.py');
  assert.equal(lines('python a.py ^\n  --lr 1\npython b.py \\\n  --lr 2'), 'python a.py --lr 1 && python b.py --lr 2');
  assert.equal(lines('if exist x del x\npython b.py'), '(if exist x del x) && python b.py');
  assert.equal(lines('a || b\nc | d\ne'), '(a || b) && (c | d) && e');
  assert.equal(lines('# only\na || b'), 'a || b');
});

test('sh gets the text, and stops at the first failure', () => {
  assert.equal(shellText('a\r\nb', 'linux'), 'set -e\na\nb');
});

async function ranWith(cmd: string): Promise<{ code: number; lines: string[] }> {
  const lines: string[] = [];
  const code = await runCommand({
    cmd,
    cwd: tmpdir(),
    env: process.env,
    onLine: (line) => void lines.push(line.trim()),
  });
  return { code, lines };
}

test('lines run in turn until one fails, on every system', async () => {
  assert.deepEqual(await ranWith('echo one\n\necho two\n'), { code: 0, lines: ['one', 'two'] });
  assert.deepEqual(await ranWith('echo one\nexit 3\necho two'), { code: 3, lines: ['one'] });
  assert.deepEqual(await ranWith(`echo one\n"${process.execPath}" -e "process.exit(4)"\necho two`), {
    code: 4,
    lines: ['one'],
  });
});

test(
  'a loop and a here-document of sh stay whole',
  { skip: process.platform === 'win32' && 'not of cmd' },
  async () => {
    assert.deepEqual(await ranWith('for i in 1 2; do\n  echo $i\ndone\ncat <<E\nx\nE\n'), {
      code: 0,
      lines: ['1', '2', 'x'],
    });
  },
);
