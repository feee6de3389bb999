import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { DataError, WorkError } from '../../../engine/base/errors.ts';
import { isAlive } from '../../../engine/base/processIdentity.ts';
import { until } from '../../helpers/until.ts';
import { inputs, ownModel, rowsOf } from './ownModel.ts';

const noted = `
import os
with open(os.path.join(os.path.dirname(__file__), "pids"), "a") as file:
    file.write(f"{os.getpid()}\\n")
`;
const pidsIn = (folder: string) => readFileSync(join(folder, 'pids'), 'utf8').trim().split('\n').map(Number);

test('prints of a model, in Python and in C, go to the log and never into an answer', async (t) => {
  const model = await ownModel(
    t,
    `
import ctypes, os, subprocess, sys
print("at import")
def predict(frame):
    print('{"id": 3, "result": {}}')
    os.write(1, b"by file descriptor\\n")
    ctypes.CDLL(None).puts(b"by C")
    ctypes.CDLL(None).fflush(None)
    subprocess.run(["echo", "by another program"])
    print("to stderr", file=sys.stderr)
    assert sys.stdin.read() == ""
    return frame["x"] * 2.0
`,
  );
  assert.deepEqual(await model.values(1, 2), [2, 4]);
  assert.deepEqual(await model.values(3), [6]);
  await until('the log is read', () => model.log.filter((line) => line === 'to stderr').length === 2);
  for (const line of ['at import', '{"id": 3, "result": {}}', 'by file descriptor', 'by C', 'by another program'])
    assert.ok(model.log.includes(line), line);
});

test('a model that calls sys.exit fails the request, and the same process answers the next', async (t) => {
  const model = await ownModel(
    t,
    `${noted}
import sys
def predict(frame):
    if (frame["x"] < 0).any():
        sys.exit(3)
    return frame["x"] + 0.5
`,
  );
  await assert.rejects(model.values(-1), { name: 'DataError', message: 'row 0: the model called `sys.exit(3)`' });
  assert.deepEqual(await model.values(1), [1.5]);
  assert.equal(pidsIn(model.folder).length, 1);
});

test('a model that ends its process fails the request with its last lines, and another process answers the next', async (t) => {
  const model = await ownModel(
    t,
    `${noted}
import ctypes, sys
def predict(frame):
    if (frame["x"] < 0).any():
        print("about to fall", file=sys.stderr)
        ctypes.string_at(0)
    return frame["x"] + 0.5
`,
  );
  await assert.rejects(model.values(-1), (error: Error) => {
    assert.ok(error instanceof WorkError && !(error instanceof DataError));
    assert.match(
      error.message,
      /was ended by SIGSEGV before it gave answer for a row\. Its last lines:\nabout to fall\n/,
    );
    assert.match(error.message, /model\.py", line \d+ in predict/);
    return true;
  });
  assert.deepEqual(await model.values(1), [1.5]);
  assert.equal(pidsIn(model.folder).length, 2);
});

test('a row that raises among a thousand is named, and nothing of its request is answered', async (t) => {
  const model = await ownModel(
    t,
    `
def predict(frame):
    if (frame["x"] == 617).any():
        raise ValueError("no logarithm of\\n this")
    return frame["x"] + 0.0
`,
  );
  const x = Array.from({ length: 1000 }, (_, i) => i);
  await assert.rejects(model.values(...x), {
    name: 'DataError',
    message: 'row 617: ValueError: no logarithm of this',
  });
  // The log is another pipe than the answers.
  await until('the traceback is in the log', () => model.log.some((line) => line.includes('in predict')));
  assert.equal((await model.values(...x.slice(0, 600))).length, 600);
});

test('a row that raises fails only its own request among concurrent ones', async (t) => {
  const model = await ownModel(
    t,
    `
import time
def predict(frame):
    if (frame["x"] == 17).any():
        raise KeyError("colour")
    time.sleep(0.01)
    return frame["x"] + len(frame) / 1024
`,
  );
  const answers = await Promise.allSettled(Array.from({ length: 40 }, (_, i) => model.values(i)));
  const failed = answers.flatMap((answer, i) => (answer.status === 'rejected' ? [[i, answer.reason.message]] : []));
  assert.deepEqual(failed, [[17, "row 0: KeyError: 'colour'"]]);
  assert.ok(
    answers.every(
      (answer, i) => i === 17 || (answer.status === 'fulfilled' && Math.floor(answer.value[0] ?? -1) === i),
    ),
  );
});

test('rows that arrive while the worker is busy are sent together', async (t) => {
  const model = await ownModel(
    t,
    `
import time
def predict(frame):
    time.sleep(0.05)
    return frame["x"] * 0.0 + len(frame)
`,
  );
  const sizes = (await Promise.all(Array.from({ length: 20 }, (_, i) => model.values(i)))).flat();
  assert.deepEqual(sizes, [1, ...Array.from({ length: 19 }, () => 19)]);
});

test('a model that hangs is ended and named, and another process answers the next', async (t) => {
  const model = await ownModel(
    t,
    `${noted}
import time
def predict(frame):
    while (frame["x"] < 0).any():
        time.sleep(1)
    return frame["x"] + 0.5
`,
    { predictMs: 300, predictRowMs: 0 },
  );
  await assert.rejects(model.values(-1), {
    name: 'WorkerEndedError',
    message: 'The Python process of the model was ended: it gave no answer for a row within 0.3 s.',
  });
  assert.deepEqual(await model.values(1), [1.5]);
  const [first = 0] = pidsIn(model.folder);
  await until('it has ended', () => !isAlive(first, null));
});

test('killed under load, a worker fails no request: another process answers those that it held', async (t) => {
  const model = await ownModel(
    t,
    `${noted}
import time
def predict(frame):
    time.sleep(0.02)
    return frame["x"] + 0.5
`,
  );
  let sent = 0;
  const client = async () => {
    while (pidsIn(model.folder).length < 4) {
      const x = sent++;
      assert.deepEqual(await model.values(x), [x + 0.5]);
    }
  };
  const clients = Promise.all(Array.from({ length: 8 }, client));
  for (let kills = 0; kills < 3; kills++) {
    const before = sent;
    await until('rows are answered', () => pidsIn(model.folder).length === kills + 1 && sent > before + 20);
    process.kill(pidsIn(model.folder).at(-1) ?? 0, 'SIGKILL');
  }
  await clients;
  assert.deepEqual(await model.values(1), [1.5]);
});

test('killed while idle, the next request is answered at once by another process', async (t) => {
  const model = await ownModel(t, `${noted}\ndef predict(frame):\n    return frame["x"] + 0.5\n`);
  for (const wait of [false, true]) {
    assert.deepEqual(await model.values(1), [1.5]);
    const pid = pidsIn(model.folder).at(-1) ?? 0;
    process.kill(pid, 'SIGKILL');
    if (wait) await until('it has ended', () => !isAlive(pid, null));
    assert.deepEqual(await model.values(2), [2.5]);
  }
  assert.deepEqual(model.state?.(), { state: 'ready', error: null });
});

test('a request whose process is killed again and again is refused', async (t) => {
  const model = await ownModel(
    t,
    `${noted}\nimport signal\ndef predict(frame):\n    os.kill(os.getpid(), signal.SIGKILL)\n`,
  );
  await assert.rejects(model.values(1), { name: 'WorkerEndedError', message: /was ended by SIGKILL/ });
  assert.equal(pidsIn(model.folder).length, 2);
});

test('a model that leaks memory is replaced between requests, and every request is answered', async (t) => {
  const model = await ownModel(
    t,
    `${noted}
kept = []
def predict(frame):
    kept.append(bytearray(8 << 20))
    return frame["x"] + 0.5
`,
    { growth: 96 << 20 },
  );
  for (let i = 0; pidsIn(model.folder).length < 3; i++) assert.deepEqual(await model.values(i), [i + 0.5]);
  assert.ok(model.log.some((line) => /^the memory of the model grew by \d+ MB; its process is replaced$/.test(line)));
  const [first = 0] = pidsIn(model.folder);
  await until('it has ended', () => !isAlive(first, null));
});

test('a model that cannot be loaded again fails what waits, and is tried again later', async (t) => {
  const model = await ownModel(
    t,
    `${noted}
if os.path.exists(os.path.join(os.path.dirname(__file__), "gone")):
    raise FileNotFoundError("weights.bin")
def predict(frame):
    if (frame["x"] < 0).any():
        open(os.path.join(os.path.dirname(__file__), "gone"), "w").close()
        os._exit(9)
    if (frame["x"] == 7).any():
        raise ValueError("seven")
    return frame["x"] + 0.5
`,
    { backOffMs: 20 },
  );
  await assert.rejects(model.values(-1), { name: 'WorkerEndedError', message: /ended with exit code 9/ });
  await assert.rejects(model.values(1), { message: /FileNotFoundError: weights\.bin/ });
  const failed = model.state?.();
  assert.equal(failed?.state, 'failed');
  assert.match(failed?.error ?? '', /FileNotFoundError: weights\.bin/);
  rmSync(join(model.folder, 'gone'));
  // Asking for the state starts a process, so that a health check notices the repair.
  await until('it answers again', () => model.state?.().state === 'ready');
  assert.deepEqual(await model.values(1), [1.5]);
});

test('a worker ends with its owner, also when that is killed while the model computes', async (t) => {
  const model = await ownModel(t, `${noted}\ndef predict(frame):\n    return frame["x"] + 0.5\n`);
  const owner = spawn(process.execPath, [join(import.meta.dirname, 'hangingOwner.ts'), model.folder], {
    stdio: 'inherit',
  });
  await until('both models are asked', () => pidsIn(model.folder).length === 3);
  owner.kill('SIGKILL');
  for (const pid of pidsIn(model.folder).slice(1)) await until('it has ended', () => !isAlive(pid, null));
  await model.close();
  for (const pid of pidsIn(model.folder)) await until('it has ended', () => !isAlive(pid, null));
});

test('a cancelled request is refused, and the next is answered', async (t) => {
  const model = await ownModel(
    t,
    `
import time
def predict(frame):
    time.sleep(0.1)
    return frame["x"] + 0.5
`,
  );
  const busy = model.values(1);
  const cancel = new AbortController();
  const waiting = model.answer(rowsOf(2), inputs, cancel.signal);
  cancel.abort();
  await assert.rejects(waiting, { name: 'CancelledError' });
  assert.deepEqual(await busy, [1.5]);
  assert.deepEqual(await model.values(3), [3.5]);
});
