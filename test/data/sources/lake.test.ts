// Tried: a Delta table with one and several versions and a removed file, an Iceberg table is read where its extensions are;
// a folder that is no such table, a file, a missing folder, and a machine without the extension.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { withDatabase } from '../../../engine/data/withDatabase.ts';
import { makeProject } from '../../helpers/makeProject.ts';
import { peekIn } from '../../helpers/peekIn.ts';
import { runIn } from '../../helpers/runIn.ts';

// DuckDB looks for extensions in the home folder. Tests download none.
const installed = await withDatabase(undefined, async (db) => {
  const [row] = await db.rows(
    "SELECT version() AS v, (SELECT platform FROM pragma_platform()) AS p, current_setting('home_directory') AS h",
  );
  const folder = join(String(row?.['h'] || homedir()), '.duckdb', 'extensions', String(row?.['v']), String(row?.['p']));
  return (name: string) => existsSync(join(folder, `${name}.duckdb_extension`));
});

function project(from: string) {
  const root = makeProject({
    'loopwright.yaml': `version: 1\nproject: p\ndatasets: { items: { path: data/items.parquet } }\nstages:\n  pull: { uses: collect, with: { dataset: items, from: ${from} } }\n`,
  });
  const runner = runIn(root);
  return {
    ...runner,
    pull: async () => {
      const { error, stages } = await runner.run({ stages: ['pull'] });
      return error?.message ?? stages[0]?.summary;
    },
  };
}

/** Adds a version to a Delta table: a file with the ids from..to, instead of a file. */
async function commit(root: string, version: number, from: number, to: number, instead?: string): Promise<void> {
  const folder = join(root, 'table');
  mkdirSync(join(folder, '_delta_log'), { recursive: true });
  const file = `part-${version}.parquet`;
  await withDatabase(undefined, (db) =>
    db.run(
      `COPY (SELECT range AS id, 'a' AS word FROM range(${from}, ${to})) TO '${join(folder, file)}' (FORMAT parquet)`,
    ),
  );
  const schema = {
    type: 'struct',
    fields: [
      { name: 'id', type: 'long', nullable: true, metadata: {} },
      { name: 'word', type: 'string', nullable: true, metadata: {} },
    ],
  };
  const actions = [
    ...(version === 0
      ? [
          { protocol: { minReaderVersion: 1, minWriterVersion: 2 } },
          {
            metaData: {
              id: '00000000-0000-0000-0000-000000000001',
              format: { provider: 'parquet', options: {} },
              schemaString: JSON.stringify(schema),
              partitionColumns: [],
              configuration: {},
              createdTime: 1,
            },
          },
        ]
      : []),
    { add: { path: file, partitionValues: {}, size: 1000, modificationTime: 1, dataChange: true } },
    ...(instead === undefined ? [] : [{ remove: { path: instead, deletionTimestamp: 1, dataChange: true } }]),
  ];
  writeFileSync(
    join(folder, '_delta_log', `${String(version).padStart(20, '0')}.json`),
    actions.map((action) => `${JSON.stringify(action)}\n`).join(''),
  );
}

// DuckDB's extension is never downloaded, so this runs only where somebody has installed it.
if (installed('delta'))
  test('the newest version of a Delta table is read, and with a watermark only what is new', async () => {
    const p = project('{ delta: table, watermark: id }');
    await commit(p.root, 0, 0, 3);
    assert.equal(await p.pull(), '3 rows');
    await commit(p.root, 1, 3, 5);
    assert.equal(await p.pull(), '5 rows · 2 added');
    await commit(p.root, 2, 10, 12, 'part-0.parquet');
    const all = await peekIn(p.root, { delta: 'table' });
    assert.deepEqual([all.total, all.about], [4, 'Delta table table']);
    assert.equal(await p.pull(), '7 rows · 2 added');
  });

test('a folder that is no such table, or an extension that is missing, is told', async () => {
  const p = project('{ delta: table }');
  assert.match((await p.pull()) ?? '', /There is no folder `table`/);
  mkdirSync(join(p.root, 'table'));
  assert.match((await p.pull()) ?? '', /`table` is not a Delta table: it has no folder `_delta_log`.*files: table/);
  await assert.rejects(peekIn(p.root, { iceberg: 'table' }), /is not an Iceberg table: it has no folder `metadata`/);
  await assert.rejects(peekIn(p.root, { delta: 'loopwright.yaml' }), /is a file; name the folder of the Delta table/);
  await commit(p.root, 0, 0, 3);
  if (!installed('delta'))
    assert.match(
      (await p.pull()) ?? '',
      /need DuckDB's extension `delta`, which is not installed for DuckDB \d.*Loopwright downloads nothing.*duckdb -c "INSTALL delta"/,
    );
});
