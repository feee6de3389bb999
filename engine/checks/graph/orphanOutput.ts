import { datasetsRead } from '../datasetUses.ts';
import { stagesOf } from '../lookUp.ts';
import type { Rule } from '../rule.ts';

export const orphanOutput: Rule = {
  code: 'LW211',
  name: 'orphan-output',
  severity: 'info',
  whole: 'named',
  docs: 'A stage writes a dataset that nothing reads, while the project trains a model from others. The stage wastes time, or another stage reads the wrong dataset. Read the dataset, or remove the stage.',
  example: {
    wrong:
      'prepare: { uses: prepare, with: { sql: sql/features.sql, output: features_new } }\ntrain: { uses: train, with: { data: features, model: mlp } }',
    right:
      'prepare: { uses: prepare, with: { sql: sql/features.sql, output: features } }\ntrain: { uses: train, with: { data: features, model: mlp } }',
  },
  check(context) {
    if (stagesOf(context.config, 'train').length === 0) return;
    const isRead = datasetsRead(context);
    for (const node of context.graph.stages.values()) {
      if (node.writes === null || isRead(node.writes)) continue;
      context.report(
        ['stages', node.name, 'with', node.kind === 'collect' ? 'dataset' : 'output'],
        `Nothing reads \`${node.writes}\`, which \`${node.name}\` writes. Read it somewhere, or remove the stage.`,
      );
    }
  },
};
