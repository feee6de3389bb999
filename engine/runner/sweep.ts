import { createHash } from 'node:crypto';
import type { ParamValue } from '../../protocol/runs.ts';
import { ProjectError } from '../errors.ts';
import type { SweepConfig } from '../project/schema/experimentSchema.ts';
import { setAlias } from '../registry/modelVersions.ts';
import { seededRandom } from '../statistics/random.ts';
import { getRun } from '../tracking/runDetail.ts';
import type { Store } from '../tracking/store.ts';
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
  const id = createHash('sha256').update(JSON.stringify([sweep, request.params ?? {}, request.stages ?? null])).digest('hex').slice(0, 16);
  const { session, done: before } = sweepSession(request.store, id, points.length, request.force ?? false);
  if (before.size > 0) say(`${before.size} of ${points.length} trials were done before the sweep was stopped; it goes on with the others. --force begins anew.`);
  for (const [i, params] of points.entries()) {
    const done = before.get(i);
    if (done !== undefined) {
      const run = getRun(request.store, done);
      trials.push({ runId: run.runId, name: run.name, params, status: run.status, value: run.metrics[objective] ?? null });
      continue;
    }
    say(`trial ${i + 1} of ${points.length}: ${JSON.stringify(params)}`);
    const tags = { ...request.tags, sweep: request.experiment ?? 'default', [sweepTag]: session, [trialTag]: String(i) };
    const outcome = await executeRun({ ...request, params: { ...request.params, ...params }, tags });
    const value = outcome.runId === null ? null : (getRun(request.store, outcome.runId).metrics[objective] ?? null);
    trials.push({ runId: outcome.runId, name: outcome.name, params, status: outcome.status, value });
  }
  const best = trials.filter((trial) => trial.value !== null).toSorted((a, b) => direction * ((b.value ?? 0) - (a.value ?? 0)))[0] ?? null;
  nameChallenger(request, best);
  return { objective, trials, best };
}

const sweepTag = 'loopwright.sweep';
const trialTag = 'loopwright.trial';

/** The name of this execution of a sweep, with the trials that are done: those of the last execution when it was stopped before its end. */
function sweepSession({ sql }: Pick<Store, 'sql'>, id: string, count: number, anew: boolean): { session: string; done: Map<number, string> } {
  const last = sql.get<{ value: string }>('SELECT t.value FROM tags t JOIN runs r ON r.id = t.run WHERE t.key = ? AND t.value GLOB ? ORDER BY r.started_at DESC, r.id DESC LIMIT 1', sweepTag, `${id}.*`)?.value;
  const fresh = { session: `${id}.${Date.now()}`, done: new Map<number, string>() };
  if (anew || last === undefined) return fresh;
  const rows = sql.all<{ trial: number; runId: string }>(
    `SELECT CAST(t.value AS INTEGER) AS trial, r.run_id AS runId FROM tags s JOIN tags t ON t.run = s.run AND t.key = ? JOIN runs r ON r.id = s.run
     WHERE s.key = ? AND s.value = ? AND r.deleted_at IS NULL AND r.status IN ('finished', 'failed')`, trialTag, sweepTag, last);
  const done = new Map(rows.map(({ trial, runId }) => [trial, runId]));
  return done.size < count ? { session: last, done } : fresh;
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
  if (sweep.method === 'latin_hypercube') return latinHypercube(entries, most, random);
  return Array.from({ length: most }, () => Object.fromEntries(entries.map(([name, distribution]) => {
    return [name, valueAt(distribution, random.next())];
  })));
}

type Distribution = SweepConfig['params'][string];

/** Points that cover each param evenly: the range of each is cut into as many parts as there are points, and each part is drawn from once (McKay, Beckman and Conover 1979). */
function latinHypercube(entries: [string, Distribution][], count: number, random: ReturnType<typeof seededRandom>): Record<string, ParamValue>[] {
  const columns = entries.map(([name, distribution]) => {
    const parts = Array.from({ length: count }, (_, i) => i);
    for (let i = count - 1; i > 0; i--) {
      const j = random.integer(i + 1);
      [parts[i], parts[j]] = [parts[j] ?? 0, parts[i] ?? 0];
    }
    return parts.map((part): [string, ParamValue] => [name, valueAt(distribution, (part + random.next()) / count)]);
  });
  return Array.from({ length: count }, (_, i) => Object.fromEntries(columns.map((column) => column[i] ?? ['', null])));
}

/** The value that a share, from 0 to below 1, of a distribution lies below. */
function valueAt(distribution: Distribution, share: number): ParamValue {
  if ('choice' in distribution) return distribution.choice[Math.floor(share * distribution.choice.length)] as ParamValue;
  if ('uniform' in distribution) return between(distribution.uniform, share);
  if ('log_uniform' in distribution) return Number(Math.exp(between(distribution.log_uniform.map(Math.log), share)).toPrecision(6));
  const [low = 0, high = 0] = distribution.int;
  return low + Math.floor(share * (high - low + 1));
}

function between([low = 0, high = 0]: readonly number[], share: number): number {
  return low + (high - low) * share;
}
