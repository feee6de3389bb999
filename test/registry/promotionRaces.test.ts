import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { aliasVersion } from '../../engine/registry/modelVersions.ts';
import { brokenAuditEntry } from '../../engine/registry/verifyAudit.ts';
import { registerVersion } from '../../engine/registry/registerVersion.ts';
import { openStore } from '../../engine/tracking/openStore.ts';
import { makeProject } from '../helpers/makeProject.ts';
import { nextLine } from '../helpers/nextLine.ts';
import { versionReport } from '../helpers/versionReport.ts';

const versions = 4;

function registry(t: TestContext) {
  const root = makeProject();
  const store = openStore(root);
  t.after(() => store.sql.close());
  for (let version = 1; version <= versions; version++) registerVersion(store, 'm', 'run', versionReport(), 'test:me');
  return { root, store };
}

/** A process that promotes the versions one after the other, `rounds` times, once a line arrives on its input. */
function promoter(t: TestContext, root: string, from: number, rounds: number) {
  const engine = (path: string) => JSON.stringify(join(import.meta.dirname, '../../engine', path));
  const script = `
    import { openStore } from ${engine('tracking/openStore.ts')};
    import { promote } from ${engine('registry/promote.ts')};
    const store = openStore(${JSON.stringify(root)});
    process.stdout.write('ready\\n');
    process.stdin.once('data', () => {
      for (let i = 0; i < ${rounds}; i++) {
        const version = 1 + ((${from} + i) % ${versions});
        promote(store, { name: 'm', version }, { why: 'race', actor: 'test:' + process.pid });
        if (i === 5) process.stdout.write('began\\n');
      }
      store.sql.close();
      process.exit(0);
    });`;
  const child = spawn(process.execPath, ['--input-type=module-typescript', '--eval', script], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  t.after(() => void child.kill('SIGKILL'));
  return child;
}

/** The alias, its history and the audit tell one story: each change starts from the version that the one before left. */
function expectWhole({ store }: ReturnType<typeof registry>): number {
  const history = store.sql.all<{ version: number; previous: number | null }>(
    "SELECT version, previous FROM alias_history WHERE alias = 'champion' ORDER BY id",
  );
  for (const [i, change] of history.entries())
    assert.equal(change.previous, history[i - 1]?.version ?? null, `change ${i} starts from the one before`);
  assert.equal(aliasVersion(store, 'm', 'champion'), history.at(-1)?.version ?? null);
  assert.equal(brokenAuditEntry(store), null);
  const audited = store.sql.get<{ n: number }>(
    "SELECT count(*) AS n FROM audit WHERE subject ->> '$.alias' = 'champion'",
  )?.n;
  assert.equal(audited, history.length, 'each change is audited once');
  assert.equal(
    store.sql.get<{ n: number }>("SELECT count(*) AS n FROM events WHERE kind = 'promoted'")?.n,
    history.length,
    'each promotion is an event',
  );
  return history.length;
}

test('two processes that promote at once take turns', async (t) => {
  const project = registry(t);
  const children = [promoter(t, project.root, 0, 40), promoter(t, project.root, 2, 40)];
  await Promise.all(children.map(nextLine));
  const ended = children.map((child) => once(child, 'exit'));
  for (const child of children) child.stdin.write('go\n');
  assert.deepEqual(await Promise.all(ended), [
    [0, null],
    [0, null],
  ]);
  assert.ok(expectWhole(project) >= 20);
});

test('a process that is killed between promotions leaves no half of one', async (t) => {
  const project = registry(t);
  let before = 0;
  for (let round = 0; round < 3; round++) {
    const child = promoter(t, project.root, round, 1_000_000);
    await nextLine(child);
    const began = nextLine(child);
    child.stdin.write('go\n');
    await began;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
    const changes = expectWhole(project);
    assert.ok(changes > before, 'the process promoted before it was killed');
    before = changes;
  }
});
