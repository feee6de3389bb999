import type { ParamValue } from '../../../protocol/runs.ts';
import { ProjectError } from '../../base/errors.ts';
import type { SweepConfig } from '../../project/schema/experimentSchema.ts';
import { seededRandom } from '../../statistics/random.ts';

export type Point = Record<string, ParamValue>;
type Distribution = SweepConfig['params'][string];

export const defaultRuns = 20;

/** The params that vary: those of the sweep without a given value. */
export function varied(sweep: SweepConfig, fixed: Point = {}): [string, Distribution][] {
  return Object.entries(sweep.params).filter(([name]) => !Object.hasOwn(fixed, name));
}

/**
 * The points of a sweep: every combination of the choices, or draws from the distributions by a fixed seed. Method
 * bayesian has none before it runs.
 */
export function sweepPoints(sweep: SweepConfig, fixed: Point = {}): Point[] {
  const entries = varied(sweep, fixed);
  const most = sweep.runs ?? defaultRuns;
  if (sweep.method === 'grid') {
    let points: Point[] = [{}];
    for (const [name, distribution] of entries) {
      if (!('choice' in distribution))
        throw new ProjectError(`A grid needs \`choice\` for \`${name}\`; use method random for ranges.`);
      points = points.flatMap((point) =>
        distribution.choice.map((value) => ({ ...point, [name]: value as ParamValue })),
      );
    }
    return points.slice(0, most);
  }
  const random = seededRandom(20_260_101);
  if (sweep.method === 'latin_hypercube') return latinHypercube(entries, most, random);
  return Array.from({ length: most }, () =>
    Object.fromEntries(entries.map(([name, distribution]) => [name, valueAt(distribution, random.next())])),
  );
}

/**
 * Points that cover each param evenly: the range of each is cut into as many parts as there are points, and each part
 * is drawn from once (McKay, Beckman and Conover 1979).
 */
function latinHypercube(
  entries: [string, Distribution][],
  count: number,
  random: ReturnType<typeof seededRandom>,
): Point[] {
  const columns = entries.map(([name, distribution]) => {
    const parts = Array.from({ length: count }, (_, i) => i);
    random.shuffle(parts);
    return parts.map((part): [string, ParamValue] => [name, valueAt(distribution, (part + random.next()) / count)]);
  });
  return Array.from({ length: count }, (_, i) => Object.fromEntries(columns.map((column) => column[i] ?? ['', null])));
}

/** The quantile of a distribution for a share from 0 to below 1. */
function valueAt(distribution: Distribution, share: number): ParamValue {
  if ('choice' in distribution)
    return distribution.choice[Math.floor(share * distribution.choice.length)] as ParamValue;
  if ('uniform' in distribution) return between(distribution.uniform, share);
  if ('log_uniform' in distribution)
    return Number(Math.exp(between(distribution.log_uniform.map(Math.log), share)).toPrecision(6));
  const [low = 0, high = 0] = distribution.int;
  return low + Math.floor(share * (high - low + 1));
}

function between([low = 0, high = 0]: readonly number[], share: number): number {
  return low + (high - low) * share;
}
