import type { ColumnFacts } from '../../facts/facts.ts';
import type { CheckContext, Rule } from '../rule.ts';

export const timeLeakage: Rule = {
  code: 'LW424',
  name: 'time-leakage',
  severity: 'warning',
  fromData: true,
  docs: 'The model is trained on rows that are later than rows it is tested on, by the column with the role timestamp: it has seen the future of its test rows, and will perform worse in production.',
  example: {
    wrong: 'train:    { with: { data: orders_june, … } }\nvalidate: { with: { data: orders_may, … } }',
    right: 'train:    { with: { data: orders_may, … } }\nvalidate: { with: { data: orders_june, … } }',
  },
  check(context) {
    for (const [name, stage] of Object.entries(context.config.stages)) {
      if (!('uses' in stage) || stage.uses !== 'validate') continue;
      const train = context.config.stages[stage.with.model];
      if (!train || !('uses' in train) || train.uses !== 'train') continue;
      const parts = context.facts.train(stage.with.model)?.parts ?? [];
      const trained = parts.find(({ part }) => part === 'train')?.maxTime ?? null;
      const own = parts.find(({ part }) => part === 'test')?.minTime ?? null;
      const tested = stage.with.data === train.with.data ? own : (times(context, stage.with.data)?.min ?? null);
      if (trained === null || tested === null || trained <= tested) continue;
      context.report(
        ['stages', name, 'with', 'data'],
        `Training rows end on ${day(trained)}, test rows start on ${day(tested)}: the model is tested on rows older than its training rows. Split by time.`,
      );
    }
  },
};

function times(context: CheckContext, dataset: string): ColumnFacts['numbers'] {
  const field = context.schemaOf(dataset)?.fields.find(({ loopwright }) => loopwright?.role === 'timestamp');
  const column = context.facts.dataset(dataset)?.columns.find(({ name }) => name === field?.name);
  return column?.type === 'datetime' ? column.numbers : null;
}

const day = (ms: number) => new Date(ms).toISOString().slice(0, 10);
