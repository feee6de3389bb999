import type { ParamValue } from '../../protocol/runs.ts';
import { ProjectError } from '../errors.ts';
import type { SweepConfig } from '../project/schema/experimentSchema.ts';
import { setAlias } from '../registry/modelVersions.ts';
import { seededRandom } from '../statistics/random.ts';
import { getRun } from '../tracking/runDetail.ts';
import { executeRun, type RunRequest } from './execute.ts';

export interface Trial {
  runId: string | null;
  name: string | null;
  params: Record<string, ParamValue>;
  status: string;
  /** The objective; null when the run failed or did not measure it. */
  value: number | null;
}

/** Runs an experiment once for each point of its sweep, one after the other, and tells the best. A trial that fails does not stop the others. */
export async function runSweep(request: RunRequest, sweep: SweepConfig, say: (line: string) => void): Promise<{ objective: string; trials: Trial[]; best: Trial | null }> {
  const points = sweepPoints(sweep, request.params ?? {});
  const [direction, objective] = 'maximize' in sweep.objective ? [1, sweep.objective.maximize] : [-1, sweep.objective.minimize];
  const trials: Trial[] = [];
  for (const [i, params] of points.entries()) {
    say(`trial ${i + 1} of ${points.length}: ${JSON.stringify(params)}`);
    const outcome = await executeRun({ ...request, params: { ...request.params, ...params }, tags: { ...request.tags, sweep: request.experiment ?? 'default' } });
    const value = outcome.runId === null ? null : (getRun(request.store, outcome.runId).metrics[objective] ?? null);
    trials.push({ runId: outcome.runId, name: outcome.name, params, status: outcome.status, value });
  }
  const best = trials.filter((trial) => trial.value !== null).toSorted((a, b) => direction * ((b.value ?? 0) - (a.value ?? 0)))[0] ?? null;
  nameChallenger(request, best);
  return { objective, trials, best };
}

/** Each trial that passed its gates became the challenger in its turn; after the sweep the best of them is. */
function nameChallenger(request: RunRequest, best: Trial | null): void {
  const run = best?.runId ? getRun(request.store, best.runId) : null;
  const model = request.project.resolved.config?.project;
  if (run?.modelVersion && model !== undefined && run.gates.every((gate) => gate.passed)) setAlias(request.store, model, 'challenger', run.modelVersion, 'best of a sweep');
}

/** The points of a sweep: every combination of the choices, or draws from the distributions by a fixed seed. */
export function sweepPoints(sweep: SweepConfig, fixed: Record<string, ParamValue> = {}): Record<string, ParamValue>[] {
  const entries = Object.entries(sweep.params).filter(([name]) => !(name in fixed));
  const most = sweep.runs ?? 20;
  if (sweep.method === 'grid') {
    let points: Record<string, ParamValue>[] = [{}];
    for (const [name, distribution] of entries) {
      if (!('choice' in distribution)) throw new ProjectError(`A grid needs \`choice\` for \`${name}\`; use method random for ranges.`);
      points = points.flatMap((point) => distribution.choice.map((value) => ({ ...point, [name]: value as ParamValue })));
    }
    return points.slice(0, most);
  }
  const random = seededRandom(20_260_101);
  return Array.from({ length: most }, () => Object.fromEntries(entries.map(([name, distribution]) => {
    if ('choice' in distribution) return [name, distribution.choice[random.integer(distribution.choice.length)] as ParamValue];
    if ('uniform' in distribution) return [name, between(distribution.uniform, random.next())];
    if ('log_uniform' in distribution) return [name, Number(Math.exp(between(distribution.log_uniform.map(Math.log), random.next())).toPrecision(6))];
    const [low = 0, high = 0] = distribution.int;
    return [name, low + random.integer(high - low + 1)];
  })));
}

function between([low = 0, high = 0]: readonly number[], share: number): number {
  return low + (high - low) * share;
}
