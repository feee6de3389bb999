import { aliasesAt, aliasMoves, type AliasMove } from '../../../engine/registry/aliasesAt.ts';
import { exitCodes } from '../../../protocol/problem.ts';
import type { CommandContext } from '../../context.ts';
import { readMoment } from '../../readOption.ts';
import { table } from '../../terminal.ts';
import { utcText } from './utcText.ts';

export interface ModelsAtOptions {
  model?: string;
}

/** `loopwright models at TIME`: which version had which alias then, since when, by whom and why. */
export async function modelsAt(context: CommandContext, time: string, { model }: ModelsAtOptions): Promise<number> {
  const { at, until } = readMoment(time);
  const store = context.storeIfAny();
  const isMeant = (one: { model: string }) => model === undefined || one.model === model;
  const aliases = store ? aliasesAt(store, at).filter(isMeant) : [];
  const later = store && until !== null ? aliasMoves(store, at + 1, until).filter(isMeant) : [];
  if (context.json) {
    context.printJson({ at, until, aliases, changes: later });
    return exitCodes.done;
  }
  const { terminal } = context;
  if (at > Date.now()) terminal.note(`${utcText(at)} has not come yet; this is how it is now.`);
  if (aliases.length === 0) {
    const first = store ? aliasMoves(store, null, null).find(isMeant) : undefined;
    terminal.line(
      `${model === undefined ? 'No version' : `No version of \`${model}\``} was in production at ${utcText(at)}.${first && first.at > at ? ` ${titled(first)} was the first to get an alias, at ${utcText(first.at)}.` : ''}`,
    );
  } else {
    terminal.line(`At ${utcText(at)}:`);
    const rows = aliases.map((one) => [
      one.model,
      one.alias,
      `v${one.version}${one.isDeleted ? ' (deleted since)' : ''}`,
      utcText(one.since),
      one.actor,
      reasonText(one),
    ]);
    for (const line of table(['model', 'alias', 'version', 'since', 'by', 'why'], rows)) terminal.line(line);
    for (const name of new Set(aliases.map((one) => one.model)))
      if (!aliases.some((one) => one.model === name && one.alias === 'champion'))
        terminal.note(`\`${name}\` had no champion then.`);
  }
  if (later.length > 0) {
    terminal.line();
    terminal.line('Later on that day:');
    const rows = later.map((one) => [
      utcText(one.at),
      one.model,
      one.alias,
      `${one.previous === null ? 'none' : `v${one.previous}`} → ${one.version === null ? 'none' : `v${one.version}`}`,
      one.actor,
      reasonText(one),
    ]);
    for (const line of table(['time', 'model', 'alias', 'version', 'by', 'why'], rows)) terminal.line(line);
  }
  return exitCodes.done;
}

function titled({ model, version, alias }: AliasMove): string {
  return `\`${model}\` v${version}, as \`${alias}\`,`;
}

function reasonText({ kind, why, override }: Pick<AliasMove, 'kind' | 'why' | 'override'>): string {
  const reason = [kind, why].filter((part, i, all) => part !== '' && all.indexOf(part) === i).join(': ');
  return override === null ? reason : `${reason} (gates overridden: ${override})`;
}
