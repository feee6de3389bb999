import { pathsOverlap } from '../../base/glob.ts';
import { closure } from '../../project/graph.ts';
import { datasetsRead } from '../datasetUses.ts';
import type { CheckContext, Rule } from '../rule.ts';

export const unreachableStage: Rule = {
  code: 'LW212',
  name: 'unreachable-stage',
  severity: 'warning',
  whole: 'named',
  docs: 'The project has a validation, but no validation, command, monitor or retraining needs this stage. It takes time in each run, and its result is not used. Make a stage depend on it, or remove it.',
  example: {
    wrong:
      'train: { uses: train, with: { data: features, model: mlp } }\nbaseline: { uses: train, with: { data: features, model: logistic } }\nvalidate: { uses: validate, with: { model: train, data: features } }',
    right:
      'train: { uses: train, with: { data: features, model: mlp } }\nvalidate: { uses: validate, with: { model: train, data: features } }',
  },
  check(context) {
    if (context.graph.cycles.length > 0 || context.project.readable?.readsKnown === false) return;
    const targets = targetsOf(context);
    const nodes = [...context.graph.stages.values()];
    if (!nodes.some((node) => node.kind === 'validate')) return;
    const needed = new Set(closure(context.graph, targets));
    const isRead = datasetsRead(context);
    for (const node of nodes) {
      // What writes a dataset that nobody reads is told by orphan-output.
      if (needed.has(node.name) || (node.writes !== null && !isRead(node.writes))) continue;
      context.reportKey(
        ['stages', node.name],
        `No validation, command, monitor or retraining needs \`${node.name}\`. Let one depend on it, or remove it.`,
      );
    }
  },
};

/** Stages that are there for their own sake: what they make is looked at, served or watched. */
function targetsOf({ config, graph, project: { readable } }: CheckContext): string[] {
  const labels = new Set(
    Object.values(config.monitors ?? {}).flatMap((monitor) => (monitor.labels ? [monitor.labels.dataset] : [])),
  );
  const inputs = Object.values(config.deployments ?? {}).flatMap((deployment) =>
    deployment.as === 'batch' ? [deployment.input] : [],
  );
  const feeds = (dataset: string) =>
    labels.has(dataset) || inputs.some((input) => pathsOverlap(input, config.datasets?.[dataset]?.path ?? ''));
  const ownSake = [...graph.stages.values()].filter(
    (node) => node.kind === 'validate' || node.kind === 'cmd' || (node.writes !== null && feeds(node.writes)),
  );
  // A stage that cannot be read needs what it mentions, and a dataset that cannot be read may be read anywhere.
  const mentioned = [...graph.stages.values()].filter(({ name, outs, writes }) =>
    [name, writes ?? name, ...outs].some((word) => readable?.mentions(word)),
  );
  const unknown = [...graph.stages.values()].filter(
    ({ config: stage }) =>
      'uses' in stage &&
      ['dataset', 'output', 'data'].some((key) =>
        readable?.leftOut.has(String(Object.entries(stage.with).find(([name]) => name === key)?.[1])),
      ),
  );
  return [
    ...ownSake.map((node) => node.name),
    ...[...mentioned, ...unknown].map((node) => node.name),
    ...(config.retraining?.run ?? []),
  ];
}
