import assert from 'node:assert/strict';
import { appendFileSync, closeSync, openSync, renameSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { newestSnapshot } from '../../../engine/tracking/snapshots.ts';
import { makeProject } from '../../helpers/makeProject.ts';
import { rounds } from '../../helpers/rounds.ts';
import { startCli } from '../../helpers/runCli.ts';
import { runIn } from '../../helpers/runIn.ts';

// Logs of more than 64 MB, whose slices are read in threads. Tried: lines of other forms and lines that are none among
// them, a last line without a break, lines that follow, renaming before the next collection, most lines of other forms,
// kill -9 at any moment.

function large(line: (i: number) => string, count: number) {
  const root = makeProject({
    'loopwright.yaml':
      'version: 1\nproject: p\ndatasets: { rows: { path: rows.parquet, schema: rows.dataset.yaml } }\nstages:\n  get: { uses: collect, with: { dataset: rows, from: { logs: app.log, format: logfmt }, invalid: quarantine } }\n',
    'rows.dataset.yaml': 'fields:\n  - { name: n, type: integer }\n  - { name: text, type: string }\n',
  });
  const path = join(root, 'app.log');
  const out = openSync(path, 'w');
  for (let i = 0; i < count;) {
    const some = Math.min(count, i + 2000);
    writeSync(out, Array.from({ length: some - i }, (_, j) => line(i + j)).join(''));
    i = some;
  }
  closeSync(out);
  return { root, path };
}

const filler = 'x'.repeat(1500);
const count = 50_000;
const line = (i: number) =>
  i % 7000 === 5
    ? `${filler}\n`
    : `n=${i % 9000 === 1 ? '00' : ''}${i} text="${i % 400 === 0 ? `${i} ` : ''}${filler}"\n`;
const wanted = Array.from({ length: count }, (_, i) => i).filter((i) => i % 7000 !== 5);

test('a large log gives its rows in their order, and the numbers of the lines that are none', async () => {
  const { root, path } = large(line, count);
  appendFileSync(path, 'n=-1 text=cut');
  const project = runIn(root);
  const collect = async () => {
    const outcome = await project.run({ stages: ['get'] });
    assert.equal(outcome.error, null);
  };
  await collect();
  const numbers = async () => (await project.rows('rows.parquet', 'SELECT n FROM data')).map(({ n }) => Number(n));
  assert.deepEqual(await numbers(), wanted);
  const [text] = await project.rows('rows.parquet', 'SELECT count(DISTINCT text) AS n FROM data');
  assert.equal(Number(text?.['n']), 1 + wanted.filter((i) => i % 400 === 0).length);
  const quarantined = newestSnapshot(project.store, 'rows')?.detail.quarantineFile ?? '';
  const rows = await project.rows(quarantined, 'SELECT _row FROM data ORDER BY _row');
  assert.deepEqual(
    rows.map(({ _row }) => Number(_row)),
    Array.from({ length: Math.ceil((count - 5) / 7000) }, (_, i) => i * 7000 + 6),
  );
  appendFileSync(path, ' more=1\nn=-2 text=new\n');
  renameSync(path, `${path}.1`);
  writeFileSync(path, 'n=-3 text=next\n');
  await collect();
  assert.deepEqual(
    (await numbers()).toSorted((a, b) => a - b),
    [-3, -2, -1, ...wanted],
  );
});

test('a large log whose lines mostly have other forms is read whole, in its order', async () => {
  const { root } = large((i) => `n=${i < 20_000 || i % 2 === 0 ? '' : '0'}${i} text="${filler}"\n`, count);
  const project = runIn(root);
  assert.equal((await project.run({ stages: ['get'] })).error, null);
  const rows = await project.rows('rows.parquet', 'SELECT n FROM data');
  assert.deepEqual(
    rows.map(({ n }) => Number(n)),
    Array.from({ length: count }, (_, i) => i),
  );
});

test('a large log is in the dataset once, also after kill -9', async () => {
  const { root } = large(line, count);
  let killed = 0;
  for (let round = 0; round < rounds(6); round++) {
    const running = startCli(['run', 'get'], { cwd: root });
    const moment = setTimeout(() => running.child.kill('SIGKILL'), 400 + Math.random() * 1500);
    const { signal, code, err, out } = await running.ended;
    clearTimeout(moment);
    if (signal === 'SIGKILL') killed++;
    else assert.equal(code, 0, `${out}${err}`);
  }
  const project = runIn(root);
  assert.equal((await project.run({ stages: ['get'] })).error, null);
  const rows = await project.rows('rows.parquet', 'SELECT n FROM data');
  assert.deepEqual(
    rows.map(({ n }) => Number(n)),
    wanted,
    `${killed} killed`,
  );
});
