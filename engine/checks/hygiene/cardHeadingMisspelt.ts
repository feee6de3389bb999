import { didYouMean } from '../../base/didYouMean.ts';
import { LineIndex } from '../../project/lineIndex.ts';
import { textOf } from '../../project/loadProject.ts';
import { cardFile, cardHeadings, cardHeadingsIn, partOf } from '../../project/modelCard/writtenCard.ts';
import type { Rule } from '../rule.ts';

export const cardHeadingMisspelt: Rule = {
  code: 'LW712',
  name: 'card-heading-misspelt',
  severity: 'warning',
  docs: 'A heading of `model-card.md` is almost one that the card knows. What stands below it is left out of the card, which shows the part as not provided.',
  example: { wrong: '# Limitation', right: '# Limitations' },
  check(context) {
    const text = textOf(context.project, cardFile);
    if (text === '') return;
    const lines = new LineIndex(text);
    const names = Object.values(cardHeadings).flat();
    for (const { title, start, end } of cardHeadingsIn(text)) {
      const near = partOf(title) === null ? didYouMean(title.replaceAll(/[*_`:]/g, '').trim(), names) : null;
      if (near === null) continue;
      const place = lines.place(cardFile, { start, end });
      context.reportPlace(
        place,
        `The card has no part \`${title}\`, so what stands below it is left out. Did you mean \`${near}\`?`,
        { fixes: [{ title: `Change to ${near}`, edits: [{ ...place, newText: near }] }] },
      );
    }
  },
};
