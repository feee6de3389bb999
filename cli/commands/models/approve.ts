import { ProjectError } from '../../../engine/base/errors.ts';
import { hasSeveralModels } from '../../../engine/project/models.ts';
import { approvalStages, type ApprovalStage } from '../../../engine/project/schema/registry.ts';
import { approvalsOf, approveVersion, missingApprovals } from '../../../engine/registry/approvals.ts';
import { actorOf, personOf } from '../../../engine/registry/audit.ts';
import { readRegistryRules } from '../../../engine/registry/registryRules.ts';
import { exitCodes } from '../../../protocol/problem.ts';
import { versionText } from '../../../words/models.ts';
import type { CommandContext } from '../../context.ts';
import { readRegistered } from './readRegistered.ts';

export interface ApproveModelOptions {
  stage?: string;
  why?: string;
  withdraw?: boolean;
}

/** `loopwright models approve VERSION --why REASON`: approves a version for a stage, or withdraws that. */
export async function approveModel(
  context: CommandContext,
  version: string,
  options: ApproveModelOptions,
): Promise<number> {
  const stage = readStage(options.stage ?? 'production');
  const ref = readRegistered(context, version);
  const store = context.store();
  const actor = actorOf('terminal');
  const change = options.withdraw === true ? 'withdraw' : 'approve';
  approveVersion(store, ref, { stage, why: options.why ?? '', actor }, change);
  const approvals = approvalsOf(store, ref);
  const missing = missingApprovals(store, ref, stage, readRegistryRules(store.root));
  if (context.json) context.printJson({ ...ref, stage, approvals, missing });
  else {
    const name = versionText(ref, hasSeveralModels(context.config()));
    const done = change === 'withdraw' ? 'no longer approves' : 'approves';
    context.terminal.line(`${personOf(actor)} ${done} ${name} for ${stage}.`);
    if (missing !== null) context.terminal.line(missing);
  }
  return exitCodes.done;
}

function readStage(text: string): ApprovalStage {
  const stage = approvalStages.find((one) => one === text.toLowerCase());
  if (stage === undefined)
    throw new ProjectError(`\`--stage ${text}\` is not a stage; it is ${approvalStages.join(' or ')}.`);
  return stage;
}
