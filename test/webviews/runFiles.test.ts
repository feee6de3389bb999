import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { ArtifactContent } from '../../protocol/runs.ts';
import { ArtifactStore } from '../../webviews/runHistory/files/artifactStore.ts';
import { imageAt, imageGroups, stepOf } from '../../webviews/runHistory/compare/imageGroups.ts';
import { fileTree } from '../../webviews/runHistory/detail/fileTree.ts';
import { csvRows, previewOf } from '../../webviews/runHistory/detail/previewContent.ts';
import { imageSource } from '../../webviews/runHistory/files/imageData.ts';
import { plainLog } from '../../webviews/runHistory/files/logText.ts';

it('finds the same image over runs and steps', () => {
  assert.deepEqual(
    [
      'images/sample%step%12%timestamp%1712345678901%0b1c2d3e.png',
      'plots/step_5/roc.png',
      'epoch=07-val.webp',
      'samples/digit_000100.png',
      'confusion.png',
      'fold_3.png',
      'steps.png',
    ]
      .map(stepOf)
      .map(({ name, step }) => [name, step]),
    [
      ['images/sample{step}.png', 12],
      ['plots/step_{step}/roc.png', 5],
      ['epoch={step}-val.webp', 7],
      ['samples/digit_{step}.png', 100],
      ['confusion.png', null],
      ['fold_3.png', null],
      ['steps.png', null],
    ],
  );
  const files = (...paths: string[]): { path: string }[] => paths.map((path) => ({ path }));
  const groups = imageGroups([
    { runId: 'a', artifacts: files('s_step_1.png', 's_step_5.png', 'x.png', 'model.bin') },
    { runId: 'b', artifacts: files('s_step_1.png', 's_step_3.png', 's_step_3%compressed.webp') },
  ]);
  assert.deepEqual(
    groups.map(({ name, steps }) => [name, steps]),
    [
      ['s_step_{step}.png', [1, 3, 5]],
      ['x.png', []],
    ],
  );
  const [steps, plain] = groups;
  assert.ok(steps && plain);
  assert.deepEqual(
    [
      imageAt(steps, 'b', 5)?.step,
      imageAt(steps, 'b', 2)?.step,
      imageAt(steps, 'b', 0),
      imageAt(plain, 'a', null)?.path,
      imageAt(plain, 'b', null),
    ],
    [3, 1, null, 'x.png', null],
  );
});

it('shows the head of a file as what it is', () => {
  const content = (path: string, bytes: Uint8Array | string, problem: string | null = null): ArtifactContent => ({
    path,
    bytes: bytes.length,
    mime: '',
    base64: problem === null ? Buffer.from(bytes).toString('base64') : null,
    problem,
  });
  assert.deepEqual(previewOf(content('a.json', '{"a":[1]}')), {
    kind: 'text',
    text: '{\n  "a": [\n    1\n  ]\n}',
    cut: false,
  });
  assert.deepEqual(previewOf(content('a.json', '{"a":')), { kind: 'text', text: '{"a":', cut: false });
  assert.deepEqual(previewOf(content('a.csv', 'x,y\r\n1,"2, ""3"""\n')), {
    kind: 'table',
    header: ['x', 'y'],
    rows: [['1', '2, "3"']],
    cut: false,
  });
  assert.deepEqual(previewOf(content('w.bin', Uint8Array.of(1, 0, 2))), {
    kind: 'none',
    why: 'This file is not text.',
  });
  assert.deepEqual(previewOf(content('w.bin', '', 'too large to be shown here')), {
    kind: 'none',
    why: 'too large to be shown here',
  });
  const long = previewOf(content('a.csv', `x\n${'1\n'.repeat(200_000)}`));
  assert.ok(long.kind === 'table' && long.cut && long.rows.length === 100);
  assert.deepEqual(csvRows('a,b\n"line\nbreak",', ',', 9), [
    ['a', 'b'],
    ['line\nbreak', ''],
  ]);
  assert.equal(imageSource(content('p.SVG', '<svg/>')), 'data:image/svg+xml;base64,PHN2Zy8+');
  assert.equal(imageSource(content('page.html', '<p>')), null);
});

it('makes folders of paths', () => {
  const tree = fileTree([
    { path: 'model/data/weights.bin', bytes: 10 },
    { path: 'model/data/a10.txt', bytes: 1 },
    { path: 'model/data/a9.txt', bytes: 1 },
    { path: 'card.json', bytes: 5 },
  ]);
  assert.deepEqual(
    [
      tree.bytes,
      tree.count,
      tree.files.map((file) => file.name),
      tree.folders.map((one) => [one.name, one.path, one.bytes, one.count]),
    ],
    [17, 4, ['card.json'], [['model/data', 'model/data', 12, 3]]],
  );
  assert.deepEqual(
    tree.folders[0]?.files.map((file) => file.name),
    ['a9.txt', 'a10.txt', 'weights.bin'],
  );
});

it('shows a log as a terminal would', () => {
  assert.equal(plainLog('\u001b[32mok\u001b[0m\r\n10%\r 50%\r100%\nlong line\rshort\n'), 'ok\n100%\nshortline\n');
  assert.equal(plainLog('a\u001b]0;title\u0007b\u001b[1;31mc'), 'abc');
});

it('loads files when they are looked at, one at a time, and again when they may have changed', async () => {
  const asked: string[] = [];
  let fails = true;
  const store = new ArtifactStore(
    ({ path }) => {
      asked.push(path);
      return fails && path === 'b'
        ? Promise.reject(new Error('gone'))
        : Promise.resolve({ path, bytes: 1, mime: '', base64: '', problem: null });
    },
    () => {},
  );
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  };
  for (const path of ['a', 'a', 'b']) store.want('r', path);
  assert.equal(store.get('r', 'a'), undefined);
  await settle();
  store.want('r', 'a');
  assert.deepEqual([asked, store.get('r', 'a')?.error, store.get('r', 'b')?.error], [['a', 'b'], null, 'gone']);
  fails = false;
  store.retry('r', 'b');
  store.outdate('r');
  assert.ok(store.get('r', 'a')?.content, 'the old one is shown until the new one is there');
  store.want('r', 'a');
  await settle();
  assert.deepEqual([asked.slice(2), store.get('r', 'b')?.error, store.get('r', 'a')?.isOld], [['b', 'a'], null, false]);
});
