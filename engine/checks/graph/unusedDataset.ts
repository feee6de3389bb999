import { removeAt } from '../../project/edit.ts';
import { pathsOverlap } from '../../base/glob.ts';
import { datasetsRead } from '../datasetUses.ts';
import type { Rule } from '../rule.ts';

export const unusedDataset: Rule = {
  code: 'LW215',
  name: 'unused-dataset',
  severity: 'info',
  whole: 'named',
  docs: 'A dataset is declared, but no stage, monitor or deployment reads or writes it. It may be obsolete, or a stage may name another dataset by mistake. Use it, or remove it.',
  example: {
    wrong: 'datasets:\n  orders: { path: data/orders.parquet }\n  orders_old: { path: data/old.parquet }',
    right: 'datasets:\n  orders: { path: data/orders.parquet }',
  },
  check(context) {
    const { config, graph, project } = context;
    const isRead = datasetsRead(context);
    const nodes = [...graph.stages.values()];
    const named = new Set(nodes.flatMap((node) => (node.writes === null ? node.reads : [node.writes, ...node.reads])));
    const outs = [
      ...nodes.flatMap((node) => (node.kind === 'cmd' ? node.outs : [])),
      ...Object.values(config.deployments ?? {}).flatMap((deployment) =>
        deployment.as === 'batch' ? [deployment.output] : [],
      ),
    ];
    for (const [name, dataset] of Object.entries(config.datasets ?? {})) {
      if (named.has(name) || outs.some((out) => pathsOverlap(out, dataset.path)) || isRead(name)) continue;
      context.reportKey(['datasets', name], `Nothing reads or writes the dataset \`${name}\`. Use it, or remove it.`, {
        fixes: [context.fix(`Remove ${name}`, removeAt(project.file, ['datasets', name]))],
      });
    }
  },
};
