import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { CardPlots } from '../../protocol/cardPlots.ts';
import { makeCard } from '../fixtures/views/card.ts';
import { plots } from '../../webviews/modelCard/plots.ts';
import { renderTemplate } from '../../webviews/saved/renderTemplate.ts';

const drawn = (shown: CardPlots | null): string => {
  const template = plots({ ...makeCard(4), plots: shown });
  return typeof template === 'symbol' ? '' : renderTemplate(template);
};

it('draws each curve with a name, and its numbers as a table that a keyboard opens', () => {
  const markup = drawn(makeCard(4).plots);
  for (const title of ['ROC curve', 'Precision and recall', 'Gain and lift', 'Threshold', 'Confusion matrix'])
    assert.ok(markup.includes(`<h3>${title}</h3>`), title);
  assert.equal([...markup.matchAll(/<summary>Numbers<\/summary>/g)].length, 4);
  assert.equal([...markup.matchAll(/aria-label="[^"]+ by [^"]+"/g)].length, 4);
  assert.match(markup, /6\.126 at 10\s%/);
  assert.doesNotMatch(markup, /NaN|undefined/);
});

it('draws residuals beyond 0 and 1, and lists the pairs of very many classes', () => {
  const residuals = [-50, 0, 900].map((predicted) => ({ predicted, low: -3, median: 0.5, high: 20, n: 10 }));
  assert.match(drawn({ residuals }), /Residuals[\s\S]*95th percentile/);
  const labels = Array.from({ length: 200 }, (_, c) => `class ${c} <b>`);
  const counts = labels.map((_, a) => labels.map((__, b) => (a === b ? 50 : Number(a === 7 && b < 30))));
  const markup = drawn({ confusion: { labels, counts } });
  assert.match(markup, /14 further pairs/);
  assert.ok(!markup.includes('<b>') && markup.length < 20_000);
});

it('draws nothing for reports from before', () => {
  assert.equal(drawn(null), '');
});
