import { ProjectError, WorkError } from '../base/errors.ts';
import { describeGate, type GateOutcome } from '../evaluation/gates.ts';
import { isPerson, missingApprovals } from './approvals.ts';
import { faceOf } from './audit.ts';
import { gatesAgainst } from './championGates.ts';
import type { ModelVersion } from './modelVersions.ts';
import type { RegistryRules } from './registryRules.ts';
import type { Store } from '../store/store.ts';

export interface Judgement {
  /** The gates, those against the champion judged against the one of now. */
  gates: GateOutcome[];
  /** The gates that a person overrides, as sentences; empty when all passed. */
  overridden: string[];
}

/**
 * Judges whether a version may become the champion: its gates, an override of them, and the approvals of the project.
 * Throws WorkError with the failed gates or the missing approvals, ProjectError for an override without a reason.
 */
export function judgePromotion(
  store: Pick<Store, 'sql'>,
  wanted: ModelVersion,
  champion: ModelVersion | null,
  { actor, override, rules }: { actor: string; override: string | undefined; rules: RegistryRules },
): Judgement {
  const name = `\`${wanted.model}\` v${wanted.version}`;
  if (override !== undefined && override.trim() === '') throw new ProjectError('An override needs a reason.');
  const { gates, problem } = gatesNow(wanted, champion, override !== undefined);
  const failed = gates.filter((gate) => !gate.passed).map(describeGate);
  if (problem !== null) failed.push(problem);
  if (failed.length > 0) {
    const text = `${name} did not pass ${failed.length} of ${gates.length} gates, so it is not promoted: ${failed.join('; ')}.`;
    if (override === undefined) {
      const mayAsk = faceOf(actor) === 'terminal' && rules.mayOverride;
      throw new WorkError(mayAsk ? `${text} To promote it all the same, say why: \`--override "REASON"\`.` : text);
    }
    if (!isPerson(actor)) throw new WorkError(`${text} Only a person overrides gates, at a terminal or in the editor.`);
    if (!rules.mayOverride) throw new WorkError(`${text} The project forbids overrides (\`registry.overrides\`).`);
  }
  const missing = missingApprovals(store, { name: wanted.model, version: wanted.version }, 'production', rules);
  const staging = missingApprovals(store, { name: wanted.model, version: wanted.version }, 'staging', rules);
  if (staging ?? missing) throw new WorkError(`${name} is not promoted. ${staging ?? missing}`);
  return { gates, overridden: failed };
}

/** A gate that cannot be judged against the champion of now refuses a version, unless a person overrides it. */
function gatesNow(wanted: ModelVersion, champion: ModelVersion | null, mayFail: boolean) {
  try {
    return { gates: gatesAgainst(wanted, champion), problem: null };
  } catch (error) {
    if (!mayFail || !(error instanceof WorkError)) throw error;
    return { gates: wanted.report.gates, problem: error.message.replace(/\.$/, '') };
  }
}
