import assert from 'node:assert/strict';
import { it } from 'node:test';
import { fairness } from '../../webviews/modelCard/fairness.ts';
import { modelSection } from '../../webviews/modelCard/modelSection.ts';
import { renderTemplate } from '../../webviews/saved/renderTemplate.ts';
import { makeCard } from '../fixtures/views/card.ts';
import { pipelineFacts } from '../fixtures/views/modelFacts.ts';

it('says at which score a row is positive, and by which rule', () => {
  const text = renderTemplate(modelSection(pipelineFacts, () => {})).replaceAll(/\s+/g, ' ');
  assert.match(text, /is positive, at a score of 0\.417 or more \(best F1 on 5000 validation rows\)/);
});

it('shows a group of two as too few, with its count', () => {
  const card = makeCard(4);
  const [row] = card.fairness;
  assert.ok(row);
  const groups = [
    { group: 'a', n: 400, value: 0.5 },
    { group: 'b', n: 2, value: 1, tooFew: true as const },
  ];
  const shown = renderTemplate(fairness({ ...card, fairness: [{ ...row, rates: [{ rate: 'tpr', groups }] }] }));
  assert.match(shown, /b: too few rows, n 2/);
  assert.doesNotMatch(shown, /a: too few rows/);
});
