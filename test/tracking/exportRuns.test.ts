import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { openDatabase } from '../../engine/data/database.ts';
import { WorkError } from '../../engine/base/errors.ts';
import { exportRuns } from '../../engine/tracking/exportRuns.ts';
import { listRuns } from '../../engine/tracking/findRuns.ts';
import type { RunSummary } from '../../protocol/runs.ts';
import { makeRuns } from '../fixtures/views/runs.ts';
import { runStore } from '../helpers/runStore.ts';

const folder = mkdtempSync(join(tmpdir(), 'loopwright-export-'));
const closing: (() => void)[] = [];
after(() => {
  for (const close of closing) close();
  rmSync(folder, { recursive: true, force: true });
});

function storeOf(runs: readonly RunSummary[]) {
  const { store, close } = runStore(runs);
  closing.push(close);
  return store;
}

async function readBack(path: string): Promise<Record<string, unknown>[]> {
  const db = await openDatabase();
  try {
    return await db.rows(`SELECT * FROM '${path}'`);
  } finally {
    db.close();
  }
}

const columns = [
  'name',
  'status',
  'started',
  'ended',
  'duration',
  'model',
  'starred',
  'note',
  'metrics.pr_auc',
  'metrics.odd',
  'params.learning_rate',
  'params.hidden',
  'params.mixed',
  'tags.said',
];
const [plain, odd, third] = makeRuns(3);
assert.ok(plain && odd && third);
const strange: RunSummary[] = [
  plain,
  {
    ...odd,
    name: 'a "quoted", name',
    note: 'two\nlines',
    metrics: { pr_auc: 0.1 + 0.2 },
    notFinite: { odd: '-Infinity' },
    params: { learning_rate: '1e-3', hidden: [1, 2], mixed: 'auto' },
    tags: { said: ' spaces ' },
  },
  {
    ...third,
    metrics: { pr_auc: 5e-324 },
    notFinite: { odd: 'NaN' },
    params: { learning_rate: 0.5, mixed: 3 },
    tags: {},
  },
];

describe('exporting runs', () => {
  it('writes CSV after RFC 4180 with all digits of every number', async () => {
    const store = storeOf(strange);
    const path = join(folder, 'new folder', 'runs.csv');
    assert.deepEqual(await exportRuns(store, { query: {}, columns, format: 'csv', path }), { runs: 3 });
    const text = readFileSync(path, 'utf8');
    assert.ok(
      text.endsWith('\r\n') &&
        text.startsWith('run_id,name,status,started,ended,duration_seconds,model,starred,note,metrics.pr_auc,'),
      text.slice(0, 200),
    );
    assert.ok(
      text.includes('"a ""quoted"", name"') &&
        text.includes('"two\nlines"') &&
        text.includes(',0.30000000000000004,-Infinity,0.001,"[1,2]",auto," spaces "\r\n'),
      text,
    );
    assert.ok(text.includes(',5e-324,NaN,0.5,,3,\r\n'), text);
    assert.ok(text.includes(new Date(plain.startedAt).toISOString()));
    const rows = await readBack(path);
    assert.deepEqual(
      rows.map((row) => [row['run_id'], row['name'], row['metrics.pr_auc'], row['started']]),
      strange.map((run) => [run.runId, run.name, run.metrics['pr_auc'], run.startedAt]),
    );
    assert.deepEqual(readdirSync(join(folder, 'new folder')), ['runs.csv'], 'nothing is left beside it');
  });

  it('writes Parquet with types: numbers, times, flags, params as numbers only when all are', async () => {
    const store = storeOf(strange);
    const path = join(folder, 'runs.parquet');
    await exportRuns(store, { query: {}, columns, format: 'parquet', path });
    const db = await openDatabase();
    const types = await db.rows(`DESCRIBE SELECT * FROM '${path}'`);
    db.close();
    assert.deepEqual(Object.fromEntries(types.map((row) => [row['column_name'], row['column_type']])), {
      run_id: 'VARCHAR',
      name: 'VARCHAR',
      status: 'VARCHAR',
      started: 'TIMESTAMP WITH TIME ZONE',
      ended: 'TIMESTAMP WITH TIME ZONE',
      duration_seconds: 'DOUBLE',
      model: 'BIGINT',
      starred: 'BOOLEAN',
      note: 'VARCHAR',
      'metrics.pr_auc': 'DOUBLE',
      'metrics.odd': 'DOUBLE',
      'params.learning_rate': 'DOUBLE',
      'params.hidden': 'VARCHAR',
      'params.mixed': 'VARCHAR',
      'tags.said': 'VARCHAR',
    });
    const [first, second, last] = await readBack(path);
    assert.deepEqual(
      [first?.['started'], first?.['ended'], first?.['duration_seconds'], first?.['metrics.odd']],
      [plain.startedAt, null, null, null],
    );
    assert.deepEqual(
      [
        second?.['name'],
        second?.['note'],
        second?.['metrics.odd'],
        second?.['params.learning_rate'],
        second?.['params.hidden'],
        second?.['params.mixed'],
      ],
      ['a "quoted", name', 'two\nlines', -Infinity, 0.001, '[1,2]', 'auto'],
    );
    assert.deepEqual(
      [last?.['metrics.odd'], last?.['metrics.pr_auc'], last?.['params.mixed'], last?.['model']],
      [Number.NaN, 5e-324, '3', third.modelVersion],
    );
  });

  it('takes the runs of the query in its order, over many parts', async () => {
    const runs = makeRuns(7000);
    const store = storeOf(runs);
    const query = {
      filter: 'metrics.pr_auc > 0.85',
      experiment: 'default',
      order: [{ column: 'metrics.pr_auc', descending: true }],
    };
    const path = join(folder, 'many.parquet');
    const { runs: written } = await exportRuns(store, { query, columns: ['metrics.pr_auc'], format: 'parquet', path });
    const expected = runs
      .filter((run) => run.experiment === 'default' && (run.metrics['pr_auc'] ?? 0) > 0.85)
      .map((run) => run.metrics['pr_auc'] ?? 0)
      .toSorted((a, b) => b - a);
    assert.equal(written, expected.length);
    assert.deepEqual(
      (await readBack(path)).map((row) => row['metrics.pr_auc']),
      expected,
    );
    const all = await exportRuns(store, { query: {}, columns: [], format: 'csv', path: join(folder, 'all.csv') });
    assert.equal(all.runs, 7000);
    assert.equal(new Set((await readBack(join(folder, 'all.csv'))).map((row) => row['run_id'])).size, 7000);
  });

  it('keeps names apart that differ in upper and lower case only', async () => {
    const store = storeOf([{ ...plain, metrics: { loss: 1, Loss: 2 } }]);
    const path = join(folder, 'case.parquet');
    await exportRuns(store, { query: {}, columns: ['metrics.loss', 'metrics.Loss'], format: 'parquet', path });
    assert.deepEqual(Object.values((await readBack(path))[0] ?? {}).slice(1), [1, 2]);
    await exportRuns(store, {
      query: {},
      columns: ['metrics.loss', 'metrics.Loss'],
      format: 'csv',
      path: join(folder, 'case.csv'),
    });
    assert.match(readFileSync(join(folder, 'case.csv'), 'utf8'), /^run_id,metrics\.loss,metrics\.Loss\r\n.*,1,2\r\n$/);
  });

  it('a param of whole numbers too large for a double stays text', async () => {
    const store = storeOf([{ ...plain, params: { id: '9007199254740993', lr: '0.1' } }]);
    const path = join(folder, 'large.parquet');
    await exportRuns(store, { query: {}, columns: ['params.id', 'params.lr'], format: 'parquet', path });
    assert.deepEqual(Object.values((await readBack(path))[0] ?? {}).slice(1), ['9007199254740993', 0.1]);
  });

  it('says what is wrong, and leaves a file that was there as it was', async () => {
    const store = storeOf(makeRuns(3));
    const path = join(folder, 'kept.csv');
    writeFileSync(path, 'mine');
    const refuse = (what: Parameters<typeof exportRuns>[1], message: RegExp) =>
      assert.rejects(exportRuns(store, what), (error) => error instanceof WorkError && message.test(error.message));
    await refuse({ query: { filter: 'metrics.a >' }, columns: [], format: 'csv', path }, /filter cannot be read/);
    await refuse({ query: {}, columns: ['nonsense'], format: 'csv', path }, /no column `nonsense`/);
    await refuse({ query: {}, columns: ['constructor'], format: 'csv', path }, /no column/);
    await refuse({ query: {}, columns: [], format: 'csv', path: 'runs.csv' }, /absolute path/);
    await refuse({ query: {}, columns: [], format: 'csv', path: join(path, 'below.csv') }, /could not be written/);
    await refuse(
      { query: {}, columns: [], format: 'parquet', path: join(path, 'below.parquet') },
      /could not be written/,
    );
    assert.equal(readFileSync(path, 'utf8'), 'mine');
    assert.equal(existsSync('runs.csv'), false);
    assert.equal(
      (
        await exportRuns(store, {
          query: { search: 'nothing-like-this' },
          columns,
          format: 'parquet',
          path: join(folder, 'none.parquet'),
        })
      ).runs,
      0,
    );
    assert.deepEqual(await readBack(join(folder, 'none.parquet')), []);
    assert.equal(listRuns(store).total, 3);
  });
});

// Texts that a spreadsheet would compute: as a name, a note, a param, a tag and the name of a column; numbers stay.
it('writes no formula into CSV, and every text as it is into Parquet', async () => {
  const [one] = makeRuns(1);
  assert.ok(one);
  const evil = '=HYPERLINK("http://evil.example","x")';
  const store = storeOf([
    {
      ...one,
      name: '-2+3',
      note: '@SUM(1)',
      params: { mixed: evil, low: '-1e-5' },
      tags: { said: '\t=1', count: '-3' },
      metrics: { loss: -0.5 },
    },
  ]);
  const names = ['name', 'note', 'params.mixed', 'params.low', 'tags.said', 'tags.count', 'metrics.loss'];
  const query = { which: 'all' as const };
  const csv = join(folder, 'formulas.csv');
  await exportRuns(store, { query, columns: names, format: 'csv', path: csv });
  assert.equal(
    readFileSync(csv, 'utf8').split('\r\n')[1],
    `${one.runId},'-2+3,'@SUM(1),"'=HYPERLINK(""http://evil.example"",""x"")",-0.00001,'\t=1,-3,-0.5`,
  );
  const parquet = join(folder, 'formulas.parquet');
  await exportRuns(store, { query, columns: names, format: 'parquet', path: parquet });
  const [row] = await readBack(parquet);
  assert.deepEqual(
    [row?.['name'], row?.['note'], row?.['params.mixed'], row?.['tags.said']],
    ['-2+3', '@SUM(1)', evil, '\t=1'],
  );
});
