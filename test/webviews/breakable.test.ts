import assert from 'node:assert/strict';
import { it } from 'node:test';
import { renderTemplate } from '../../webviews/saved/renderTemplate.ts';
import { breakable } from '../../webviews/ui/breakable.ts';

it('lets the name of a metric break after its marks only, and changes none of its letters', () => {
  const names = {
    recall_at_precision: 'recall_|at_|precision',
    'equal_opportunity_difference[age_group]': 'equal_|opportunity_|difference[|age_|group]',
    'pr_auc@champion': 'pr_|auc@|champion',
    loss: 'loss',
    __odd__name_: '__|odd__|name_',
    '': '',
    'mAP50-95(B)': 'mAP50-95(B)',
  };
  for (const [name, parts] of Object.entries(names))
    assert.equal(renderTemplate(breakable(name)), parts.replaceAll('|', '<wbr/>'));
});

it('is still escaped in a saved page', () => {
  assert.equal(renderTemplate(breakable('a_<b>')), 'a_<wbr/>&#60;b&#62;');
});
