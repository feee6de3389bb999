import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { CardPlots } from '../../protocol/cardPlots.ts';
import { makeCard } from '../fixtures/views/card.ts';
import { labels } from '../../webviews/modelCard/labels.ts';
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
  const names = Array.from({ length: 200 }, (_, c) => `class ${c} <b>`);
  const counts = names.map((_, a) => names.map((__, b) => (a === b ? 50 : Number(a === 7 && b < 30))));
  const markup = drawn({ confusion: { labels: names, counts } });
  assert.match(markup, /14 further pairs/);
  assert.ok(!markup.includes('<b>') && markup.length < 20_000);
});

it('draws NDCG over k with one k or several, and each label with what is not defined', () => {
  const ndcg = [1, 2, 3].map((k) => ({ k, value: 0.4 + k / 10, low: 0.3, high: 0.9 }));
  for (const some of [ndcg, ndcg.slice(0, 1)]) {
    const markup = drawn({ ndcg: some });
    assert.match(markup, /NDCG over k[\s\S]*lower end/);
    assert.doesNotMatch(markup, /NaN|undefined|Infinity/);
  }
  const one = { value: 0.5, low: 0.2, high: 0.8, confidence: 0.95, n: 40 };
  const rows = [
    { label: '<b>rare', n: 0, precision: null, recall: null, f1: null, rocAuc: null },
    { label: 'usual', n: 20, precision: one, recall: one, f1: one, rocAuc: one },
  ];
  const template = labels({ ...makeCard(4), plots: { labels: rows } });
  const markup = typeof template === 'symbol' ? '' : renderTemplate(template);
  assert.match(markup, /usual[\s\S]*0\.5/);
  assert.match(markup, /&#60;b&#62;rare/);
  assert.doesNotMatch(markup, /NaN|undefined/);
});

it('draws nothing for reports from before', () => {
  assert.equal(drawn(null), '');
});
