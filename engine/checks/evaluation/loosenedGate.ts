import type { GateResult, JudgedGate } from '../../../protocol/gates.ts';
import { dateText } from '../../../words/times.ts';
import { metricText } from '../../../words/metrics.ts';
import { setAt } from '../../project/edit.ts';
import type { GateConfig } from '../../project/schema/gates.ts';
import type { CheckContext, Rule } from '../rule.ts';

export const loosenedGate: Rule = {
  code: 'LW524',
  name: 'loosened-gate',
  severity: 'warning',
  fromData: true,
  whole: 'written',
  docs: 'A gate asks for less than when it refused a model, or is gone: its bound is further out, its confidence is lower, or it may be undecidable now. The gate then says nothing of that model any more. Restore it, or say why it changed in a `# loopwright-ignore LW524` comment. The finding ends when a later model meets the old bound.',
  example: {
    wrong: 'gates:\n  pr_auc: { min: 0.7 } # a run had 0.76, and the gate asked for 0.8',
    right: 'gates:\n  pr_auc: { min: 0.8 }',
  },
  check(context) {
    const judged = context.facts.history()?.judged ?? [];
    for (const [name, stage] of Object.entries(context.config.stages)) {
      if (!('gates' in stage)) continue;
      const seen = new Set<string>();
      // The newest refusal of each gate says enough.
      for (const one of judged.filter((candidate) => candidate.stage === name)) {
        const { gate } = one.result;
        if (seen.has(gate) || !isRefusal(one.result)) continue;
        const bound = stage.gates?.[gate];
        const what = bound ? loosening(one.result, bound) : { text: 'is gone now', key: null };
        if (what === null || isMetLater(judged, one)) continue;
        seen.add(gate);
        report(context, name, one, what);
      }
    }
  },
};

interface Loosening {
  /** The end of a sentence about the gate. */
  text: string;
  /** The key that is looser, and what it was; null where the gate is gone. */
  key: { name: keyof GateConfig; was: number | 'refuse' } | null;
}

/** A value that was compared and did not pass; a gate without a value may have been a mistake. */
function isRefusal({ kind, passed }: GateResult): boolean {
  return !passed && (kind === 'failed' || kind === 'undecidable');
}

/** How a gate asks for less than it did; null when it asks for no less. */
function loosening(was: GateResult, bound: GateConfig): Loosening | null {
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY, at_confidence: confidence = 0 } = bound;
  if (was.min !== null && min < was.min)
    return {
      text: bound.min === undefined ? 'has no `min` now' : `asks for ${min} now`,
      key: { name: 'min', was: was.min },
    };
  if (was.max !== null && max > was.max)
    return {
      text: bound.max === undefined ? 'has no `max` now' : `allows ${max} now`,
      key: { name: 'max', was: was.max },
    };
  if (was.atConfidence !== null && confidence < was.atConfidence)
    return {
      text: bound.at_confidence === undefined ? 'compares the value alone now' : `asks for it at ${confidence} now`,
      key: { name: 'at_confidence', was: was.atConfidence },
    };
  if (was.kind === 'undecidable' && bound.undecidable === 'allow')
    return { text: 'may be undecidable now', key: { name: 'undecidable', was: 'refuse' } };
  return null;
}

/** True when a later run passed a gate that asked for no less. */
function isMetLater(judged: readonly JudgedGate[], refused: JudgedGate): boolean {
  return judged.some(
    ({ stage, startedAt, result }) =>
      stage === refused.stage &&
      startedAt > refused.startedAt &&
      result.gate === refused.result.gate &&
      meets(result, refused.result),
  );
}

/** Whether what was compared with one bound meets an older one. */
function meets({ value, bound, otherEnd, atConfidence }: GateResult, old: GateResult): boolean {
  if (value === null || (old.atConfidence ?? 0) > (atConfidence ?? 0)) return false;
  const ends = [bound ?? value, otherEnd ?? bound ?? value];
  return (old.min === null || Math.min(...ends) >= old.min) && (old.max === null || Math.max(...ends) <= old.max);
}

function report(
  context: CheckContext,
  stage: string,
  { runId, runName, startedAt, result }: JudgedGate,
  what: Loosening,
) {
  const { gate, min, max, value } = result;
  const run = context.facts.history()?.runs.find((candidate) => candidate.runId === runId);
  const [version] = run?.registered ?? [];
  const asked = [min === null ? '' : `at least ${min}`, max === null ? '' : `at most ${max}`]
    .filter(Boolean)
    .join(' and ');
  const reached = value === null ? '' : `, which had ${metricText(gate, value)}`;
  const refused = `${result.kind === 'undecidable' ? 'could not pass' : 'refused'} ${version ? `v${version.version} of \`${version.name}\`, the run ${runName}` : `the run ${runName}`} on ${dateText(startedAt)}${reached}`;
  const at = result.atConfidence === null ? '' : ` at ${result.atConfidence}`;
  const message = `\`${gate}\` asked for ${asked}${at} when it ${refused}. It ${what.text}. Restore it, or say why with \`# loopwright-ignore LW524\`.`;
  if (what.key === null) {
    const { gates } = context.config.stages[stage] as { gates?: object };
    context.reportKey(['stages', stage, ...(gates ? ['gates'] : [])], message);
    return;
  }
  const path = ['stages', stage, 'gates', gate];
  context.reportKey(path, message, {
    fixes: [
      context.fix(
        `Restore ${what.key.name}: ${what.key.was}`,
        setAt(context.project.file, [...path, what.key.name], String(what.key.was)),
      ),
    ],
  });
}
