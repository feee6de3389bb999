import { removeAt } from '../../project/edit.ts';
import { replaceLiteral, stagesOf } from '../lookUp.ts';
import type { Rule } from '../rule.ts';

export const treesUnfit: Rule = {
  code: 'LW428',
  name: 'trees-unfit',
  severity: 'error',
  docs: 'The library of boosted trees or of a random forest lacks a setting, so the train stage fails: boosted trees of scikit-learn have no `subsample`, and trees have no frequency encoding. Use another library, or another `encode`.',
  example: {
    wrong: 'with: { data: features, model: boosted_trees, library: scikit-learn, subsample: 0.8 }',
    right: 'with: { data: features, model: boosted_trees, library: lightgbm, subsample: 0.8 }',
  },
  check(context) {
    const { file } = context.project;
    for (const [name, stage] of stagesOf(context.config, 'train')) {
      const { model, library, subsample, preprocess } = stage.with;
      const path = ['stages', name, 'with'];
      if (model === 'boosted_trees' && library === 'scikit-learn' && subsample !== undefined)
        context.reportKey(
          [...path, 'subsample'],
          'Boosted trees of scikit-learn have no `subsample`. Remove it, or set `library` to lightgbm or xgboost.',
          { fixes: [context.fix('Remove subsample', removeAt(file, [...path, 'subsample']))] },
        );
      if (model !== 'boosted_trees' && model !== 'random_forest') continue;
      for (const [column, { encode }] of Object.entries(preprocess ?? {})) {
        if (encode !== 'frequency') continue;
        const at = [...path, 'preprocess', column, 'encode'];
        context.report(
          at,
          `A ${model} has no frequency encoding. Use target, ordinal or one_hot${model === 'boosted_trees' ? ', or remove `encode`: boosted trees split by categories as they are' : ''}.`,
          { fixes: [context.fix('Change to target', replaceLiteral(file, at, 'target'))] },
        );
      }
    }
  },
};
