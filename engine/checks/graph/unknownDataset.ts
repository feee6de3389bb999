import { suggestion } from '../../base/didYouMean.ts';
import type { CheckContext, Path, Rule } from '../rule.ts';

export const unknownDataset: Rule = {
  code: 'LW201',
  name: 'unknown-dataset',
  severity: 'error',
  docs: 'A stage, model or monitor names a dataset that is not declared under `datasets`. It cannot be read or written. Correct the name or declare the dataset.',
  example: { wrong: 'with: { data: feature, model: mlp }', right: 'with: { data: features, model: mlp }' },
  check(context) {
    const { stages, models, monitors } = context.config;
    for (const [name, stage] of Object.entries(stages)) {
      if (!('uses' in stage)) continue;
      if (stage.uses === 'collect') expect(context, stage.with.dataset, ['stages', name, 'with', 'dataset']);
      if (stage.uses === 'prepare') expect(context, stage.with.output, ['stages', name, 'with', 'output']);
      if (stage.uses === 'train') expect(context, stage.with.data, ['stages', name, 'with', 'data']);
      if (stage.uses === 'validate') {
        const key = stage.with.predictions === undefined ? 'data' : 'predictions';
        expect(context, stage.with.data, ['stages', name, 'with', key]);
      }
    }
    for (const [name, model] of Object.entries(models ?? {})) {
      for (const key of ['data', 'predictions'] as const)
        if (model[key] !== undefined) expect(context, model[key], ['models', name, key]);
    }
    for (const [name, monitor] of Object.entries(monitors ?? {})) {
      if (monitor.predictions !== undefined) expect(context, monitor.predictions, ['monitors', name, 'predictions']);
      if (monitor.labels) expect(context, monitor.labels.dataset, ['monitors', name, 'labels', 'dataset']);
    }
  },
};

function expect(context: CheckContext, dataset: string, path: Path): void {
  const known = Object.keys(context.config.datasets ?? {});
  if (!known.includes(dataset))
    context.report(
      path,
      `There is no dataset \`${dataset}\`.${suggestion(dataset, known) || (known.length > 0 ? ` Declared: ${known.join(', ')}.` : ' Declare it under `datasets`.')}`,
    );
}
