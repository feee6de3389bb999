import { hasSeveralModels } from '../../../engine/project/models.ts';
import { signEvidence } from '../../../engine/registry/evidence/promotionEvidence.ts';
import { findSigner } from '../../../engine/registry/evidence/signer.ts';
import { exitCodes } from '../../../protocol/problem.ts';
import { versionText } from '../../../words/models.ts';
import type { CommandContext } from '../../context.ts';
import { readRegistered } from './readRegistered.ts';
import { evidenceLines } from './evidenceLines.ts';

export interface SignModelOptions {
  signKey?: string;
}

/** `loopwright models sign VERSION`: signs the evidence of its last promotion. */
export async function signModel(
  context: CommandContext,
  version: string,
  { signKey }: SignModelOptions,
): Promise<number> {
  const ref = readRegistered(context, version);
  const store = context.store();
  const evidence = signEvidence(store, ref, findSigner(store.root, signKey ?? null));
  if (context.json) context.printJson({ ...ref, ...evidence });
  else {
    context.terminal.line(`The promotion of ${versionText(ref, hasSeveralModels(context.config()))} is signed.`);
    for (const line of evidenceLines({ kind: 'written', ...evidence })) context.terminal.line(line);
  }
  return exitCodes.done;
}
