import { didYouMean } from '../../base/didYouMean.ts';
import { LineIndex } from '../../project/lineIndex.ts';
import { textOf } from '../../project/loadProject.ts';
import { liveNumbers, numberNames } from '../../project/modelCard/liveNumbers.ts';
import { cardFile } from '../../project/modelCard/writtenCard.ts';
import type { Rule } from '../rule.ts';

export const cardNumberUnknown: Rule = {
  code: 'LW713',
  name: 'card-number-unknown',
  severity: 'warning',
  fromData: true,
  docs: 'A live number of `model-card.md` names what the newest version does not have, so the card shows its braces as they are written. Metrics are those of the report of the validation; `loopwright models card` lists them.',
  example: { wrong: '{{ metrics.roc }}', right: '{{ metrics.roc_auc }}' },
  check(context) {
    const text = textOf(context.project, cardFile);
    const card = context.facts.history()?.card ?? null;
    if (text === '' || card === null) return;
    const lines = new LineIndex(text);
    const names = numberNames(card);
    for (const { name, start, end, value } of liveNumbers(text, card)) {
      if (value !== null) continue;
      const place = lines.place(cardFile, { start, end });
      const near = didYouMean(name, names);
      const isKnown = names.includes(name);
      context.reportPlace(
        place,
        isKnown
          ? `\`${card.model}\` v${card.version} has no value for \`${name}\`.`
          : `\`${card.model}\` v${card.version} has no number \`${name}\`.${near === null ? '' : ` Did you mean \`${near}\`?`}`,
        {
          fixes:
            near === null || isKnown
              ? []
              : [{ title: `Change to ${near}`, edits: [{ ...place, newText: `{{ ${near} }}` }] }],
        },
      );
    }
  },
};
