import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openDatabase } from '../../engine/data/database.ts';
import { compareScores } from '../../engine/monitoring/compareScores.ts';
import { seededRandom, type Random } from '../../engine/statistics/random.ts';

/** Scores of a sigmoid of nearly normal values with a mean. */
function scoresOf(random: Random, rows: number, mean: number): number[] {
  return Array.from({ length: rows }, () => {
    const z = Array.from({ length: 12 }, () => random.next()).reduce((sum, value) => sum + value, 0) - 6;
    return 1 / (1 + Math.exp(-(z + mean)));
  });
}

/** Windows of 300 rows whose score drifts, of 40, where the second fit scores higher than the tested one by `fit`. */
async function drifted(fit: number, mean: number, isRefitted: boolean): Promise<number> {
  const db = await openDatabase();
  try {
    const random = seededRandom(11);
    const columns = [
      { name: '_score', kind: 'number' },
      { name: '_refit_score', kind: 'number' },
    ] as const;
    await db.create('before', [...columns]);
    await db.append('before', [...columns], [scoresOf(random, 1000, 0), scoresOf(random, 1000, fit)]);
    let n = 0;
    for (let i = 0; i < 40; i++) {
      await db.create('now', [columns[0]]);
      await db.append('now', [columns[0]], [scoresOf(random, 300, mean)]);
      const [row] = await compareScores(db, { before: 'before', now: 'now', isRefitted }, { profile: 'loopwright' });
      if (row?.drifted) n++;
      await db.run('DROP TABLE now');
    }
    return n;
  } finally {
    db.close();
  }
}

test('scores of a second fit on a quiet stream do not drift', async () => {
  assert.ok((await drifted(0.3, 0.3, false)) > 30, 'compared with the tested fit alone they do');
  assert.equal(await drifted(0.3, 0.3, true), 0);
  assert.ok((await drifted(0.3, 0.15, true)) <= 2, 'on unseen rows it may score between the two');
});

test('scores that are far from both fits drift', async () => {
  assert.ok((await drifted(0.3, 0.8, true)) >= 39);
  assert.ok((await drifted(0.3, -0.5, true)) >= 39);
  assert.ok((await drifted(0.05, 0.4, true)) >= 38);
});
