import { paramImportance } from '../../engine/tracking/paramImportance.ts';
import { exitCodes } from '../../protocol/problem.ts';
import type { ImportantParam, ParamImportance, RunQuery } from '../../protocol/runs.ts';
import type { CommandContext } from '../context.ts';
import { bar, table } from '../terminal.ts';

/**
 * `loopwright runs --importance METRIC`: ranks the params by their effect on a metric in the matching runs. Exits with 1
 * if there is no ranking.
 */
export async function runImportance(context: CommandContext, metric: string, query: RunQuery): Promise<number> {
  const found = await paramImportance(context.store(), { metric, of: { query }, signal: context.signal });
  if (context.json) context.printJson(found);
  else for (const line of lines(found)) context.terminal.line(line);
  return found.problem === null ? exitCodes.done : exitCodes.failed;
}

function lines(found: ParamImportance): string[] {
  const shares = table(
    ['param', 'share', '', 'metric', 'values'],
    found.params.map((param) => [
      param.key + (param.log ? ' (log)' : ''),
      `${(param.importance * 100).toFixed(1)} %`,
      bar(param.importance),
      direction(param),
      String(param.distinct),
    ]),
    [1, 4],
  );
  return [
    found.problem ?? `${found.metric} over ${found.runs} runs. ${belief(found.r2)}`,
    ...(found.params.length === 0 ? [] : shares),
    ...(found.alone !== null && found.params.length > 0 && found.alone < 0.995
      ? [
          `${(found.alone * 100).toFixed(0)} % of that comes from params by themselves, which the bars share out; the rest from how they act together.`,
        ]
      : []),
    ...found.leftOutRuns.map(({ runs, why }) => `left out: ${runs === 1 ? '1 run' : `${runs} runs`}, ${why}`),
    ...found.leftOutParams.map(({ key, why }) => `left out: ${key}, which ${why}`),
  ];
}

/** How reliable the shares are. */
function belief(r2: number | null): string {
  if (r2 === null) return '';
  if (r2 <= 0)
    return 'A random forest of the params explains none of the differences between runs it has not seen: the shares tell nothing.';
  const part = `A random forest of the params explains ${(r2 * 100).toFixed(0)} % of the differences between runs it has not seen`;
  return r2 < 0.3 ? `${part}: the shares tell little.` : `${part}.`;
}

function direction({ correlation }: ImportantParam): string {
  if (correlation === null) return 'by category';
  const rho = `ρ ${correlation.rho.toFixed(2)}`;
  if (correlation.adjusted >= 0.05) return `no clear direction, ${rho}`;
  return `${correlation.rho > 0 ? 'rises with it' : 'falls as it rises'}, ${rho}`;
}
