import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EngineMethod } from '../../protocol/engineHost.ts';
import { build } from '../../scripts/build.ts';
import { fillManyRuns } from './manyRuns.ts';
import { startHost } from './startHost.ts';
import { ViewBench } from './viewPage.ts';

export interface SpeedRound {
  bench: ViewBench;
  ask(method: EngineMethod, params: unknown): Promise<unknown>;
  /** Notes how long something took, in milliseconds. */
  add(step: string, ms: number): void;
}

/**
 * Plays rounds of a view over a store of very many runs, each with a new bundled engine host, and prints what was
 * noted.
 */
export async function speedRounds(
  { rounds, runs }: { rounds: number; runs: number },
  play: (round: SpeedRound) => Promise<void>,
): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), 'loopwright-speed-'));
  writeFileSync(join(root, 'loopwright.yaml'), 'version: 1\nproject: speed\nstages:\n  nothing: { cmd: "true" }\n');
  console.log(fillManyRuns(root, runs));
  await build({ tests: false });
  const bench = await ViewBench.start();
  const times = new Map<string, number[]>();
  const add = (step: string, ms: number): void => void times.set(step, [...(times.get(step) ?? []), ms]);
  try {
    for (let round = 0; round < rounds; round++) {
      const host = startHost(root);
      try {
        await host.ask('project/overview', {});
        await play({ bench, ask: host.ask, add });
      } finally {
        host.stop();
      }
    }
  } finally {
    await bench.stop();
    rmSync(root, { recursive: true, force: true });
  }
  for (const [step, all] of times) {
    const sorted = all.toSorted((a, b) => a - b);
    const at = (share: number): string =>
      (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(1);
    console.log(
      `${step}: median ${at(0.5)}, 95th percentile ${at(0.95)}, most ${sorted.at(-1)?.toFixed(1)} (${sorted.length})`,
    );
  }
}
