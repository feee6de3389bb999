import { named } from '../../base/named.ts';
import { count, percent } from '../data/eachDataset.ts';
import type { Rule } from '../rule.ts';

export const sharedRows: Rule = {
  code: 'LW407',
  name: 'train-and-test-share-rows',
  severity: 'warning',
  fromData: true,
  docs: 'Rows of the test part are also in the training part, with the same features and target, so the model is tested on rows that it may have memorized. Remove duplicates in the SQL, or split by a key that keeps them together.',
  example: {
    wrong: 'SELECT * FROM orders UNION ALL SELECT * FROM orders_archive',
    right: 'SELECT DISTINCT * FROM (SELECT * FROM orders UNION ALL SELECT * FROM orders_archive)',
  },
  check(context) {
    for (const [name, stage] of Object.entries(context.config.stages)) {
      if (!('uses' in stage) || stage.uses !== 'train') continue;
      const facts = context.facts.train(name);
      if (!facts?.shared || facts.shared.testRows === 0) continue;
      // Where all features are coarse, equal rows are no doubles but chance.
      const columns = context.facts.dataset(stage.with.data)?.columns ?? [];
      const fine = facts.associations.some(
        ({ feature, measure }) =>
          measure !== 'missing' && (named(columns, feature)?.distinct ?? 0) > Math.max(50, facts.rows / 20),
      );
      const share = facts.shared.rows / facts.shared.testRows;
      if (fine && share > 0.01)
        context.report(
          ['stages', name, 'with', 'data'],
          `${count(facts.shared.rows)} of ${count(facts.shared.testRows)} test rows (${percent(share)}) are also training rows of \`${stage.with.data}\`.`,
        );
    }
  },
};
