import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { migrations } from '../../engine/store/migrations.ts';

const root = join(import.meta.dirname, '../..');

/** Files that name tables of another room, and why they may. */
const exceptions: Record<string, string> = {
  'engine/store/migrations.ts': 'makes all tables',
  'engine/tracking/runVersions.ts': 'orders and filters 100,000 runs by model_versions in one statement',
};

test('each table of the store is read and written by the room that owns it', () => {
  const owners = ownersOf(readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8'));
  assert.deepEqual([...owners.keys()].toSorted(), tablesOf(migrations).toSorted(), 'the list names every table');
  const found = globSync('engine/**/*.ts', { cwd: root }).flatMap((file) =>
    tablesNamed(readFileSync(join(root, file), 'utf8'), owners).map((table) => ({ file, table })),
  );
  assert.ok(found.length > 100, `only ${found.length} uses were found`);
  const foreign = found.filter(({ file, table }) => file.split('/')[1] !== owners.get(table));
  assert.deepEqual(
    foreign
      .filter(({ file }) => !(file in exceptions))
      .map(({ file, table }) => `${file}: ${table} belongs to ${owners.get(table)}`),
    [],
  );
  const needed = new Set(foreign.map(({ file }) => file));
  assert.deepEqual(
    Object.keys(exceptions).filter((file) => !needed.has(file)),
    [],
    'no exception is stale',
  );
});

test('a table is found in every kind of statement', () => {
  const owners = new Map([['runs', 'tracking']]);
  for (const code of [
    'sql.get(`SELECT 1 FROM runs WHERE id = ?`)',
    "sql.run('UPDATE runs SET name = ?')",
    'sql.run(`INSERT OR IGNORE INTO runs (id) VALUES (?)`)',
    'sql.run(`DELETE FROM runs WHERE ${where}`)',
    'const part = `${start} JOIN runs r ON r.id = ${id}`',
  ])
    assert.deepEqual(tablesNamed(code, owners), ['runs'], code);
  for (const code of ['say("2 of 3 runs failed")', '// FROM runs', 'say("The update runs for long.")'])
    assert.deepEqual(tablesNamed(code, owners), [], code);
});

/** The list `room: table, table, …` of the document. */
function ownersOf(document: string): Map<string, string> {
  const [, list = ''] = /```tables\n([\s\S]*?)```/.exec(document) ?? [];
  return new Map(
    list
      .trim()
      .split('\n')
      .flatMap((line) => {
        const [room = '', tables = ''] = line.trim().split(/\s+(.*)/);
        return tables.split(' ').map((table): [string, string] => [table, room]);
      }),
  );
}

/** The tables that are left when all migrations have run. */
function tablesOf(statements: readonly string[]): string[] {
  const tables = new Set<string>();
  for (const [, verb = '', table = '', renamed] of statements
    .join('\n')
    .matchAll(/\b(CREATE TABLE|DROP TABLE|ALTER TABLE)\s+(\w+)(?:\s+RENAME TO\s+(\w+))?/g)) {
    if (verb === 'CREATE TABLE') tables.add(table);
    if (verb === 'DROP TABLE') tables.delete(table);
    if (renamed !== undefined && tables.delete(table)) tables.add(renamed);
  }
  return [...tables];
}

/** The tables that a source names in a statement, each once. Comments do not count. */
function tablesNamed(source: string, owners: ReadonlyMap<string, string>): string[] {
  const code = source.replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');
  const named = [...code.matchAll(/\b(?:FROM|JOIN|INTO|UPDATE|TABLE)\s+"?(\w+)/g)].map(([, table = '']) => table);
  return [...new Set(named)].filter((table) => owners.has(table));
}
