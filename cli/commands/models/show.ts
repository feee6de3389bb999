import { buildCard } from '../../../engine/cards/buildCard.ts';
import { describeGate, gateWord } from '../../../engine/evaluation/gates.ts';
import type { AnyCard } from '../../../protocol/modelCard.ts';
import { exitCodes } from '../../../protocol/problem.ts';
import type { CommandContext } from '../../context.ts';
import { readRegistered } from './readRegistered.ts';
import { utcText } from './utcText.ts';

/** `loopwright models show VERSION`: its gates, and what people and promotions say about it. */
export async function showModel(context: CommandContext, version: string): Promise<number> {
  const ref = readRegistered(context, version);
  const card = buildCard(context.store(), context.config(), ref);
  const { model, aliases, createdAt, run, record } = card;
  if (context.json) {
    const { gates = [], verdict = null } = card.isValidated ? card : {};
    context.printJson({ model, version: ref.version, aliases, createdAt, run, gates, verdict, ...record });
    return exitCodes.done;
  }
  const { terminal } = context;
  terminal.line(`${model} v${ref.version}${aliases.length === 0 ? '' : `  ${aliases.join(', ')}`}`);
  terminal.line(`made ${utcText(createdAt)}${run === null ? '' : ` by the run ${run.name}`}`);
  for (const line of gateLines(card)) terminal.line(line);
  if (record.override)
    terminal.line(
      `Gates overridden ${utcText(record.override.at)} by ${record.override.actor}: ${record.override.reason}`,
    );
  const sections: [title: string, lines: string[]][] = [
    [
      'Promotions',
      record.promotions.map(
        ({ kind, at, actor, why, previous, override }) =>
          `${utcText(at)}  ${kind === 'promoted' ? 'promoted' : 'rolled back to'}${previous === null ? '' : `, v${previous} before`}, by ${actor}: ${why}${override === null ? '' : ` (against ${override.gates.join('; ')})`}`,
      ),
    ],
    [
      'Approvals',
      record.approvals.map(
        ({ at, stage, actor, why, isCurrent }) =>
          `${utcText(at)}  ${stage}, by ${actor}: ${why}${isCurrent ? '' : ' (of an earlier validation, does not count)'}`,
      ),
    ],
    ['Comments', record.comments.map(({ at, actor, text }) => `${utcText(at)}  ${actor}: ${text}`)],
  ];
  for (const [title, lines] of sections)
    if (lines.length > 0) {
      terminal.line();
      terminal.line(title);
      for (const line of lines) terminal.line(`  ${line}`);
    }
  return exitCodes.done;
}

function gateLines(card: AnyCard): string[] {
  if (!card.isValidated) return ['never validated here'];
  return [card.verdict.text, ...card.gates.map((gate) => `  ${gateWord(gate)}  ${describeGate(gate)}`)];
}
