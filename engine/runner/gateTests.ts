import type { GateResult, GateTest, JudgedGate } from '../../protocol/gates.ts';
import type { StageStatus } from '../../protocol/lifeCycle.ts';
import { boundText, measuredText } from '../../words/gates.ts';
import { describeGate } from '../evaluation/gates.ts';
import type { Project } from '../project/loadProject.ts';
import { entryOf, nodeAt } from '../project/located.ts';
import type { GateConfig } from '../project/schema/gates.ts';
import { gateHistory } from '../tracking/gateHistory.ts';
import type { Store } from '../store/store.ts';

const mostOfHistory = 20;

/** Every declared gate with its newest outcome, in the order of the file. `store` is null before the first run. */
export function gateTests(project: Project, store: Store | null, stages: readonly StageStatus[]): GateTest[] {
  const { config } = project.resolved;
  if (!config) return [];
  const judged = store ? gateHistory(store) : [];
  const states = new Map(stages.map((stage) => [stage.name, stage]));
  return Object.entries(config.stages).flatMap(([stage, spec]) =>
    Object.entries(('gates' in spec ? spec.gates : undefined) ?? {}).map(([gate, bound]) => {
      const history = judged.filter((one) => one.stage === stage && one.result.gate === gate).slice(0, mostOfHistory);
      const newest = history[0] ?? null;
      const why = newest ? whyOutdated(newest.result, bound, stage, states) : null;
      return {
        stage,
        gate,
        place: placeOf(project, stage, gate),
        expected: boundText(bound),
        ...outcomeOf(stage, newest, why),
        history,
      };
    }),
  );
}

function outcomeOf(
  stage: string,
  newest: JudgedGate | null,
  outdated: string | null,
): Pick<GateTest, 'outcome' | 'actual' | 'message'> {
  const again = `Run \`loopwright run ${stage}\``;
  if (!newest) return { outcome: 'missing', actual: '', message: `It was never judged. ${again} to judge it.` };
  const { result, runName } = newest;
  const actual = measuredText(result);
  if (outdated !== null)
    return {
      outcome: 'outdated',
      actual,
      message: `${outdated} since ${runName} judged it. ${again} to judge it again.`,
    };
  const text = `${describeGate(result)} (${runName})`;
  if (result.passed) return { outcome: 'passed', actual, message: text };
  return { outcome: result.kind === 'undecidable' ? 'undecidable' : 'failed', actual, message: text };
}

/** The change since a gate was judged, as the start of a sentence; null when there is none. */
function whyOutdated(
  result: GateResult,
  bound: GateConfig,
  stage: string,
  states: ReadonlyMap<string, StageStatus>,
): string | null {
  if (isOtherBound(result, bound)) return `Its bound was ${boundText(boundOf(result))}, which changed`;
  const own = states.get(stage);
  // The lock knows nothing of a refused stage, so what comes before it decides.
  if (own?.state === 'stale' || own?.state === 'never')
    return `\`${stage}\` is stale (${own.reasons[0] ?? 'it never ran'})`;
  const before = [...upstream(stage, states)].find(({ state }) => state !== 'fresh');
  return before ? `\`${before.name}\`, which it depends on, is ${before.state}` : null;
}

function isOtherBound(result: GateResult, bound: GateConfig): boolean {
  return (
    result.min !== (bound.min ?? null) ||
    result.max !== (bound.max ?? null) ||
    result.atConfidence !== (bound.at_confidence ?? null)
  );
}

function boundOf({ min, max, atConfidence }: GateResult): GateConfig {
  return {
    ...(min !== null && { min }),
    ...(max !== null && { max }),
    ...(atConfidence !== null && { at_confidence: atConfidence }),
  };
}

function* upstream(
  stage: string,
  states: ReadonlyMap<string, StageStatus>,
  seen = new Set<string>(),
): Generator<StageStatus> {
  for (const name of states.get(stage)?.dependsOn ?? []) {
    const found = states.get(name);
    if (!found || seen.has(name)) continue;
    seen.add(name);
    yield* upstream(name, states, seen);
    yield found;
  }
}

function placeOf(project: Project, stage: string, gate: string): GateTest['place'] {
  const { file, resolved } = project;
  const gates = nodeAt(resolved.root ?? undefined, ['stages', stage, 'gates']);
  const range = entryOf(gates, gate)?.keyRange ?? gates?.range ?? { start: 0, end: 0 };
  return file.parsed.lines.place(file.path, range);
}
