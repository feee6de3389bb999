const share = Number(process.env['LOOPWRIGHT_TEST_ROUNDS'] ?? 1);

/** How often a random test repeats itself: `npm run test:quick` asks for a part of the rounds. */
export function rounds(all: number): number {
  return Math.max(1, Math.ceil(all * share));
}

/** The same part of a list, evenly taken from it. */
export function sampled<T>(all: readonly T[]): T[] {
  const every = Math.round(1 / Math.min(1, share));
  return all.filter((_, i) => i % every === 0);
}
