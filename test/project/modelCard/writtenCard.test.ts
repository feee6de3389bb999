import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fillNumbers, liveNumbers } from '../../../engine/project/modelCard/liveNumbers.ts';
import { statedNumbers } from '../../../engine/project/modelCard/statedNumbers.ts';
import { cardHeadingsIn, readWrittenCard, writtenCard } from '../../../engine/project/modelCard/writtenCard.ts';
import { makeCard } from '../../fixtures/views/card.ts';
import { makeProject } from '../../helpers/makeProject.ts';

const parts = (text: string) =>
  Object.fromEntries(Object.entries(readWrittenCard(text).parts).filter(([, written]) => written !== null));

test('the parts of a card are what stands under their headings', () => {
  assert.deepEqual(
    parts(`---
license: mit
---
Some words before.

# Intended use
For the desk.

## Direct users
Two people.

## **Out-of-scope use:** ##

Not for blocking.
### Limitations
\`\`\`
# Ethics
\`\`\`
# Ethical considerations
<!-- whom it may harm -->
# Something else
more
# Human oversight
Anna.
`),
    {
      intendedUse: 'For the desk.\n\n## Direct users\nTwo people.'.replace('## Direct users\n', '## Direct users\n'),
      outOfScope: 'Not for blocking.',
      limitations: '```\n# Ethics\n```',
      oversight: 'Anna.',
    },
  );
  assert.deepEqual(readWrittenCard('---\nlicense: mit\ntags: [a]\n---\n').front, { license: 'mit', tags: ['a'] });
});

test('odd files are read as far as they go', () => {
  assert.deepEqual(parts(''), {});
  assert.deepEqual(parts('\ufeff# Limitations\r\nnone known\r\n'), { limitations: 'none known' });
  assert.deepEqual(parts('---\n: [broken\n---\n# Ethics\nx'), { ethics: 'x' });
  assert.deepEqual(readWrittenCard('---\n- a\n---\n').front, {});
  assert.deepEqual(parts('---\nno end\n# Ethics\nx'), { ethics: 'x' });
  assert.deepEqual(parts('#Limitations\nno space is no heading'), {});
  assert.deepEqual(parts('# Limitations\n<!-- unfinished'), {});
  assert.deepEqual(parts('# Ethics\na\n# Ethics\nb'), { ethics: 'a\n\nb' });
});

test('the project says what the file does not', () => {
  const config = { card: { intended_use: 'from the project', ethics: 'too' } };
  const root = makeProject({ 'model-card.md': '# Intended use\nfrom the file\n' });
  assert.deepEqual(writtenCard(root, config).parts, {
    intendedUse: 'from the file',
    outOfScope: null,
    limitations: null,
    ethics: 'too',
    oversight: null,
  });
  assert.equal(writtenCard(makeProject({}), config).parts.intendedUse, 'from the project');
});

test('live numbers are those of the card', () => {
  const made = makeCard(3);
  const card = { ...made, rows: made.data.rows, threshold: made.facts.outputs?.threshold ?? null };
  assert.equal(
    fillNumbers('{{metrics.pr_auc}} ({{ metrics.pr_auc.interval }}) on {{ rows.test }} rows of {{version}}', card),
    '0.912 (0.899 to 0.925) on 30,617 rows of v2'.replace('v2', `v${card.version}`),
  );
  const text = '{{ metrics.nothing }} {{ metrics.__proto__ }} {{}} {{ metrics.log_loss.interval }}';
  assert.equal(fillNumbers(text, card), text);
  assert.deepEqual(
    liveNumbers('a {{ metrics.pr_auc }} b', card).map(({ name, start, end, value }) => [name, start, end, value]),
    [['metrics.pr_auc', 2, 22, '0.912']],
  );
});

// Tried: names as ids and in words, with marks, connecting words, percent, tables; bounds, counts, intervals, fences,
// comments, live numbers, other metrics whose name holds the name.
test('numbers that prose states of metrics are found, and compared as they are rounded', () => {
  const estimate = (value: number) => ({ value, low: null, high: null, n: 10, confidence: 0.95 });
  const performance = {
    roc_auc: estimate(0.9512),
    recall: estimate(0.8),
    macro_recall: estimate(0.7),
    r2: estimate(-0.25),
  };
  const of = (text: string) =>
    statedNumbers(text, { performance }).map(({ metric, written, isTrue }) => `${metric} ${written} ${isTrue}`);
  assert.deepEqual(of('The ROC-AUC is 0.95, and `roc_auc` was **0.93**.'), ['roc_auc 0.95 true', 'roc_auc 0.93 false']);
  assert.deepEqual(of('ROC AUC of 95.1 %, recall = 80%, recall: 79 %'), [
    'roc_auc 95.1 % true',
    'recall 80% true',
    'recall 79 % false',
  ]);
  assert.deepEqual(of('| recall | 0.80 |\n| macro_recall | 0.80 |'), ['recall 0.80 true', 'macro_recall 0.80 false']);
  assert.deepEqual(of('r2 of -0.25'), ['r2 -0.25 true']);
  for (const quiet of [
    'recall is at least 0.9',
    'recall above 0.9',
    'recall 95 % interval',
    'recall 12 rows',
    'recall at 5 % false positives',
    'recall@champion 0.5',
    'my_recall 0.5',
    '```\nrecall 0.5\n```',
    '<!-- recall 0.5 -->',
    'recall {{ metrics.recall }}',
    'recall 0.1.2',
  ])
    assert.deepEqual(of(quiet), [], quiet);
});

test('headings have their places, outside fences and front matter', () => {
  const text = '\ufeff---\n# no\n---\n# Ethics\r\n```\n# no\n```\n  ## `Limitations` ##\n#no\n';
  assert.deepEqual(
    cardHeadingsIn(text).map(({ title, level, start, end }) => [title, level, text.slice(start, end)]),
    [
      ['Ethics', 1, 'Ethics'],
      ['`Limitations`', 2, '`Limitations`'],
    ],
  );
});
