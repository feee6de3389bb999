import { hasSeveralModels } from '../../../engine/project/models.ts';
import { actorOf } from '../../../engine/registry/audit.ts';
import { addComment } from '../../../engine/registry/comments.ts';
import { exitCodes } from '../../../protocol/problem.ts';
import { versionText } from '../../../words/models.ts';
import type { CommandContext } from '../../context.ts';
import { readRegistered } from './readRegistered.ts';

/** `loopwright models comment VERSION TEXT`. */
export async function commentModel(context: CommandContext, version: string, text: string): Promise<number> {
  const ref = readRegistered(context, version);
  const comment = addComment(context.store(), ref, text, actorOf('terminal'));
  if (context.json) context.printJson({ ...ref, ...comment });
  else context.terminal.line(`${versionText(ref, hasSeveralModels(context.config()))} has the comment.`);
  return exitCodes.done;
}
