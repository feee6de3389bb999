import { buildCard } from '../../engine/registry/buildCard.ts';
import { summariseVersions } from '../../engine/registry/modelVersions.ts';
import { promote, rollback } from '../../engine/registry/promote.ts';
import { exitCodes } from '../../protocol/problem.ts';
import type { CommandContext } from '../context.ts';
import { readVersion } from '../readOption.ts';
import { ago, table } from '../terminal.ts';

/** `loopwright models`: the versions with their aliases and gates. */
export async function models(context: CommandContext): Promise<number> {
  const store = context.storeIfAny();
  const versions = store ? summariseVersions(store, context.config().project) : [];
  if (context.json) context.printJson(versions);
  else if (versions.length === 0) context.terminal.line('No model versions. `loopwright run` trains and validates the first.');
  else {
    const headline = Object.keys(versions[0]?.metrics ?? {})[0] ?? '';
    const rows = versions.map((version) => [`v${version.version}`, version.aliases.join(', '), `${version.gatesPassed} of ${version.gatesTotal}`, version.metrics[headline]?.toFixed(3) ?? '–', version.runName, ago(version.createdAt)]);
    for (const line of table(['version', 'alias', 'gates', headline, 'run', 'made'], rows, [3])) context.terminal.line(line);
  }
  return exitCodes.done;
}

/** `loopwright models promote VERSION`: through the gates, like every promotion. */
export async function promoteModel(context: CommandContext, version: string): Promise<number> {
  const result = promote(context.store(), context.config().project, readVersion(version), 'promoted by hand');
  if (context.json) context.printJson(result);
  else context.terminal.line(result.previous === result.version ? `v${result.version} is the champion already.` : `v${result.version} is champion${result.previous === null ? '' : `; v${result.previous} was before. \`loopwright models rollback\` goes back`}.`);
  return exitCodes.done;
}

/** `loopwright models rollback`. */
export async function rollbackModel(context: CommandContext): Promise<number> {
  const result = rollback(context.store(), context.config().project);
  if (context.json) context.printJson(result);
  else context.terminal.line(`v${result.version} is champion again; v${result.previous} was rolled back.`);
  return exitCodes.done;
}

/** `loopwright models card [VERSION]`: the card as JSON. */
export async function modelCard(context: CommandContext, version: string | undefined): Promise<number> {
  const which = version === undefined ? 'champion' : version === 'latest' || version === 'champion' ? version : readVersion(version);
  context.printJson(buildCard(context.store(), context.config(), which));
  return exitCodes.done;
}
