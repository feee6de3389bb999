import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { ProjectError } from '../../../engine/base/errors.ts';
import { expandHome } from '../../../engine/base/expandHome.ts';
import { projectPath } from '../../../engine/base/projectPath.ts';
import { hasSeveralModels } from '../../../engine/project/models.ts';
import { gitSettings } from '../../../engine/registry/evidence/gitSettings.ts';
import { verifyEvidence } from '../../../engine/registry/evidence/verifyEvidence.ts';
import { readTrustedKey, type TrustedKeys } from '../../../engine/registry/evidence/verifySignature.ts';
import { exitCodes } from '../../../protocol/problem.ts';
import { versionText } from '../../../words/models.ts';
import { plural } from '../../../words/numbers.ts';
import type { CommandContext } from '../../context.ts';
import { readRegistered } from './readRegistered.ts';
import { utcText } from './utcText.ts';

export interface VerifyModelOptions {
  key?: string;
  allowedSigners?: string;
  evidence?: string;
  allowUnsigned?: boolean;
}

/** `loopwright models verify VERSION`: verifies the evidence of its promotion; 1 when something does not match. */
export async function verifyModel(
  context: CommandContext,
  version: string,
  options: VerifyModelOptions,
): Promise<number> {
  if (options.key !== undefined && options.allowedSigners !== undefined)
    throw new ProjectError('Give one of `--key` and `--allowed-signers`.');
  const ref = readRegistered(context, version);
  const store = context.store();
  const trusted = trustedOf(store.root, options);
  const found = verifyEvidence(store, ref, {
    path: options.evidence === undefined ? undefined : resolve(options.evidence),
    trusted,
  });
  const isForgiven = options.allowUnsigned === true && trusted === null;
  const problems = found.problems.filter(({ kind }) => !(isForgiven && kind === 'signature'));
  if (context.json) context.printJson({ ...ref, ...found, problems, verified: problems.length === 0 });
  else {
    const { terminal } = context;
    const name = versionText(ref, hasSeveralModels(context.config()));
    for (const { text } of problems) terminal.line(`${terminal.style('red', '✗')} ${text}`);
    const promotion = found.statement?.predicate.promotion;
    const gates = promotion ? plural(promotion.gates.length, 'gate') : '';
    if (problems.length === 0 && promotion)
      terminal.line(
        `${terminal.style('green', '✓')} ${name}: the files, ${gates}, metrics and the audit are those of its promotion ${utcText(Date.parse(promotion.promotedAt))} by ${promotion.by}${found.signedBy === null ? '; not signed' : `, signed by ${found.signedBy}`}.`,
      );
    if (promotion?.override) terminal.line(`Gates were overridden: ${promotion.override.reason}`);
    terminal.line(found.path);
  }
  return problems.length === 0 ? exitCodes.done : exitCodes.failed;
}

/** Without an option, the signers that git trusts. */
function trustedOf(root: string, { key, allowedSigners }: VerifyModelOptions): TrustedKeys | null {
  if (key !== undefined) return readTrustedKey(resolve(key));
  if (allowedSigners !== undefined) return readSigners(resolve(allowedSigners));
  const file = gitSettings(root)['gpg.ssh.allowedsignersfile'];
  return file === undefined || file === '' ? null : readSigners(projectPath(root, expandHome(file)));
}

function readSigners(file: string): TrustedKeys {
  if (!existsSync(file)) throw new ProjectError(`There is no file ${file} with allowed signers.`);
  return { kind: 'signers', file };
}
