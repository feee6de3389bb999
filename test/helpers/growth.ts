import assert from 'node:assert/strict';

/** How long some work takes, in milliseconds: the least of five rounds, so that a busy machine says little. */
async function leastOf(work: () => unknown): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 5; round++) {
    const start = performance.now();
    await work();
    least = Math.min(least, performance.now() - start);
  }
  return least;
}

/**
 * Fails when eight times as much takes more than 32 times as long: what grows with the square takes 64 times as long.
 */
export async function growsInProportion(few: number, work: (size: number) => unknown): Promise<void> {
  const [little, much] = [await leastOf(() => work(few)), await leastOf(() => work(8 * few))];
  assert.ok(much < 32 * Math.max(little, 1), `${few}: ${little.toFixed(1)} ms, ${8 * few}: ${much.toFixed(1)} ms`);
}
