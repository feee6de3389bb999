import { test } from 'node:test';
import { noFacts, type Facts } from '../../engine/facts/facts.ts';
import { expectFixed, expectMarks } from '../helpers/checking.ts';

// What people write in model-card.md, against the headings that a card has and the numbers of the newest version.

const card = 'model-card.md';
const estimate = (value: number, low: number | null = null) => ({ value, low, high: low, n: 80, confidence: 0.95 });
const facts: Facts = {
  ...noFacts,
  history: () => ({
    runs: [],
    judged: [],
    primary: [],
    stages: [],
    models: [],
    aliases: [],
    card: {
      model: 'late-orders',
      version: 3,
      performance: { roc_auc: estimate(0.951, 0.9), log_loss: estimate(0.4) },
      rows: { train: 240, validation: 80, test: 80 },
      threshold: null,
    },
  }),
};

test('LW712 a heading that is almost one of the card', () => {
  expectMarks('LW712', { [card]: '# Orders\n## «Limitation»\nx\n# «Intented use»\n# Training data\n# Ethics\n' });
  expectFixed('LW712', { [card]: '## Limitation\nx\n' }, card);
  for (const right of ['# Limitations\n', '```\n# Limitation\n```\n', '#Limitation\n', ''])
    expectMarks('LW712', { [card]: right });
});

test('LW713 a live number that the newest version does not have', () => {
  expectMarks(
    'LW713',
    { [card]: '«{{ metrics.roc }}» «{{threshold}}» «{{ metrics.log_loss.interval }}»\n' },
    { facts },
  );
  expectFixed('LW713', { [card]: 'a {{ metrics.roc_uac }} b\n' }, card, facts);
  expectMarks('LW713', { [card]: '{{ metrics.roc_auc }} {{ metrics.roc_auc.interval }} {{ rows.test }}\n' }, { facts });
  expectMarks('LW713', { [card]: '{{ metrics.roc }}\n' });
});

test('LW714 a number in the prose that the newest version no longer has', () => {
  expectMarks('LW714', { [card]: 'The ROC-AUC is «0.93», log loss «38 %».\n' }, { facts });
  expectFixed('LW714', { [card]: 'The ROC-AUC is 0.93.\n' }, card, facts);
  expectMarks('LW714', { [card]: 'The ROC-AUC is 0.95, above the 0.9 that was asked.\n' }, { facts });
  expectMarks('LW714', { [card]: 'The ROC-AUC is 0.93.\n' });
});
