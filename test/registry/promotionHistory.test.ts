import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { WorkError } from '../../engine/base/errors.ts';
import { challengerOf, championOf } from '../../engine/registry/aliases.ts';
import { brokenAuditEntry } from '../../engine/registry/verifyAudit.ts';
import { promote, rollback } from '../../engine/registry/promote.ts';
import { registerVersion } from '../../engine/registry/registerVersion.ts';
import { seededRandom } from '../../engine/statistics/random.ts';
import { openStore } from '../../engine/tracking/openStore.ts';
import { makeProject } from '../helpers/makeProject.ts';
import { versionReport } from '../helpers/versionReport.ts';

/** The champions of a model as a stack: a promotion pushes, a rollback pops. */
class Champions {
  readonly #line: number[] = [];

  get current(): number | null {
    return this.#line.at(-1) ?? null;
  }

  push(version: number): void {
    if (this.current !== version) this.#line.push(version);
  }

  pop(): number | null {
    if (this.#line.length < 2) return null;
    this.#line.pop();
    return this.current;
  }
}

const attempt = (work: () => { version: number }): number | null => {
  try {
    return work().version;
  } catch (error) {
    if (error instanceof WorkError) return null;
    throw error;
  }
};

test('random promotions and rollbacks of two models follow a stack for each', () => {
  const store = openStore(makeProject());
  after(() => store.sql.close());
  for (let seed = 1; seed <= 30; seed++) {
    const random = seededRandom(seed);
    const models = [`a${seed}`, `b${seed}`];
    const champions = new Map(models.map((name) => [name, new Champions()]));
    const passed = new Map<string, boolean[]>(models.map((name) => [name, []]));
    for (let step = 0; step < 40; step++) {
      const name = models[random.integer(2)] ?? '';
      const [line, known] = [champions.get(name), passed.get(name)];
      assert.ok(line && known);
      const kind = random.integer(3);
      if (kind === 0 || known.length === 0) {
        known.push(random.next() < 0.8);
        registerVersion(store, name, 'run', versionReport({ passed: known.at(-1) ?? false }), 'test:me');
      } else if (kind === 1) {
        const version = 1 + random.integer(known.length + 1);
        const done = attempt(() =>
          promote(store, { name, version }, { why: `rolled back from ${version}`, actor: 'test:me' }),
        );
        assert.equal(done !== null, known[version - 1] ?? false, `seed ${seed}, step ${step}`);
        if (done !== null) line.push(version);
      } else {
        assert.equal(
          attempt(() => rollback(store, name, { actor: 'test:me' })),
          line.pop(),
          `seed ${seed}, step ${step}: rollback of ${name}`,
        );
      }
      assert.equal(championOf(store, name)?.version ?? null, line.current, `seed ${seed}, step ${step}`);
      assert.notEqual(challengerOf(store, name)?.version ?? 0, line.current, 'no version is champion and challenger');
    }
  }
  assert.equal(brokenAuditEntry(store), null);
});
