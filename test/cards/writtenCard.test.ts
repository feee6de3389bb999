import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fillNumbers, liveNumbers } from '../../engine/cards/liveNumbers.ts';
import { readWrittenCard, writtenCard } from '../../engine/cards/writtenCard.ts';
import { makeCard } from '../fixtures/views/card.ts';
import { makeProject } from '../helpers/makeProject.ts';

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
  const card = makeCard(3);
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
