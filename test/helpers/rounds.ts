import { test, type TestContext, type TestOptions } from 'node:test';

/** Whether tests run at length: `npm run test:long`, before a release. */
export const isLong = process.env['LOOPWRIGHT_TEST_LONG'] === '1';

const share = Number(process.env['LOOPWRIGHT_TEST_ROUNDS'] ?? (isLong ? 1 : 0.2));

/** How often a random test repeats itself: a fifth of the rounds, all of them at length. */
export function rounds(all: number): number {
  return Math.max(1, Math.ceil(all * share));
}

/** The same part of a list, evenly taken from it. */
export function sampled<T>(all: readonly T[]): T[] {
  const every = Math.round(1 / Math.min(1, share));
  return all.filter((_, i) => i % every === 0);
}

type Run = (t: TestContext) => void | Promise<void>;

/** A test that only runs at length: what it shows in general, a shorter one shows of the commonest case. */
export function longTest(name: string, ...rest: [run: Run] | [options: TestOptions, run: Run]): void {
  if (!isLong) return;
  if (rest.length === 1) void test(name, rest[0]);
  else void test(name, ...rest);
}
