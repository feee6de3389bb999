import { aliasNumbers } from '../../aliasNumbers.ts';
import { resolve } from 'node:path';
import { WorkError } from '../../../engine/base/errors.ts';
import { writeAtomic } from '../../../engine/base/writeAtomic.ts';
import { buildCard } from '../../../engine/cards/buildCard.ts';
import { cycloneDxCard } from '../../../engine/cards/cycloneDxCard.ts';
import { markdownCard } from '../../../engine/cards/markdownCard.ts';
import { writtenCard } from '../../../engine/project/modelCard/writtenCard.ts';
import { saveCard } from '../../../engine/pages/savePage.ts';
import { exitCodes } from '../../../protocol/problem.ts';
import type { CommandContext } from '../../context.ts';
import { readSelector } from '../../readOption.ts';

export interface ModelCardOptions {
  html?: string;
  markdown?: string;
  cyclonedx?: string;
}

/** `loopwright models card [[MODEL@]VERSION]`: the card as JSON, or in the files that the options name. */
export async function modelCard(
  context: CommandContext,
  version: string | undefined,
  { html, markdown, cyclonedx }: ModelCardOptions,
): Promise<number> {
  const which = version === undefined ? { name: null, version: null } : readSelector(version, aliasNumbers(context));
  const [store, config] = [context.store(), context.config()];
  const told = (path: string) => {
    if (!context.json) context.terminal.note(`written to ${path}`);
  };
  if (html === undefined && markdown === undefined && cyclonedx === undefined) {
    context.printJson(buildCard(store, config, which));
    return exitCodes.done;
  }
  if (html !== undefined) {
    const path = resolve(html);
    saveCard(store, config, which, path);
    told(path);
  }
  const { front } = writtenCard(store.root, config);
  for (const [file, write] of [
    [markdown, markdownCard],
    [
      cyclonedx,
      (...given: Parameters<typeof cycloneDxCard>) => `${JSON.stringify(cycloneDxCard(...given), null, 2)}\n`,
    ],
  ] as const) {
    if (file === undefined) continue;
    const card = buildCard(store, config, which);
    if (!card.isValidated)
      throw new WorkError(
        `\`${card.model}\` v${card.version} was never validated, so it has no metrics to write. \`loopwright validate\` does that.`,
      );
    const path = resolve(file);
    writeAtomic(path, write(card, front));
    told(path);
  }
  return exitCodes.done;
}
