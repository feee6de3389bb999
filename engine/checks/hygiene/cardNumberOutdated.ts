import { metricText } from '../../../words/metrics.ts';
import { LineIndex } from '../../project/lineIndex.ts';
import { textOf } from '../../project/loadProject.ts';
import { statedNumbers } from '../../project/modelCard/statedNumbers.ts';
import { cardFile } from '../../project/modelCard/writtenCard.ts';
import type { Rule } from '../rule.ts';

export const cardNumberOutdated: Rule = {
  code: 'LW714',
  name: 'card-number-outdated',
  severity: 'warning',
  fromData: true,
  docs: 'The prose of `model-card.md` states a number of a metric, and the newest version has another one. A live number such as `{{ metrics.roc_auc }}` is always that of the version whose card it is. Where the text means an older version, it can say so in a sentence without the name of the metric beside the number.',
  example: { wrong: 'ROC-AUC is 0.93.', right: 'ROC-AUC is {{ metrics.roc_auc }}.' },
  check(context) {
    const text = textOf(context.project, cardFile);
    const card = context.facts.history()?.card ?? null;
    if (text === '' || card === null) return;
    const lines = new LineIndex(text);
    for (const { metric, written, start, end, isTrue } of statedNumbers(text, card)) {
      const value = card.performance[metric]?.value;
      if (isTrue || value === undefined || value === null) continue;
      const place = lines.place(cardFile, { start, end });
      const live = `{{ metrics.${metric} }}`;
      context.reportPlace(
        place,
        `The text says ${written} for \`${metric}\`; \`${card.model}\` v${card.version} has ${metricText(metric, value)}.`,
        { fixes: [{ title: `Change to ${live}`, edits: [{ ...place, newText: live }] }] },
      );
    }
  },
};
