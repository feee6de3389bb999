import { named } from '../../base/named.ts';
import { suggestion } from '../../base/didYouMean.ts';
import { placesOf } from '../groupingPlaces.ts';
import type { CheckContext, Path, Rule } from '../rule.ts';

export const columnNotInSchema: Rule = {
  code: 'LW301',
  name: 'column-not-in-schema',
  severity: 'error',
  docs: 'A stage, monitor or key names a column that the schema of the dataset does not declare.',
  example: { wrong: 'slices: [contry]', right: 'slices: [country]' },
  check(context) {
    const { stages, monitors } = context.config;
    for (const [name, stage] of Object.entries(stages)) {
      if (!('uses' in stage)) continue;
      const at = (...rest: (string | number)[]): Path => ['stages', name, 'with', ...rest];
      if (stage.uses === 'prepare' && stage.with.split?.column !== undefined)
        expect(context, stage.with.output, stage.with.split.column, at('split', 'column'));
      if (stage.uses === 'train') {
        if (stage.with.target !== undefined) expect(context, stage.with.data, stage.with.target, at('target'));
        stage.with.features?.forEach((column, i) => expect(context, stage.with.data, column, at('features', i)));
      }
      if (stage.uses === 'validate') {
        for (const { column, at: place } of placesOf(stage.with.slices ?? []))
          expect(context, stage.with.data, column, at('slices', ...place));
        for (const { column, at: place } of placesOf(stage.with.fairness?.attributes ?? []))
          expect(context, stage.with.data, column, at('fairness', 'attributes', ...place));
        if (stage.with.sample_weight !== undefined)
          expect(context, stage.with.data, stage.with.sample_weight, at('sample_weight'));
        const search = stage.with.find_slices;
        if (typeof search === 'object')
          search.columns?.forEach((column, i) =>
            expect(context, stage.with.data, column, at('find_slices', 'columns', i)),
          );
      }
    }
    for (const [name, monitor] of Object.entries(monitors ?? {})) {
      if (monitor.labels)
        expect(context, monitor.labels.dataset, monitor.labels.key, ['monitors', name, 'labels', 'key']);
    }
    for (const file of context.project.schemas.values()) {
      const columns = file.value?.fields.map((field) => field.name) ?? [];
      for (const key of [file.value?.primaryKey ?? []].flat()) {
        if (!columns.includes(key))
          context.reportIn(
            file,
            ['primaryKey'],
            `The primary key names \`${key}\`, which is not a field.${suggestion(key, columns)}`,
          );
      }
    }
  },
};

function expect(context: CheckContext, dataset: string, column: string, path: Path): void {
  const schema = context.schemaOf(dataset);
  if (!schema) return;
  if (!named(schema.fields, column)) {
    const columns = schema.fields.map((field) => field.name);
    context.report(path, `The schema of \`${dataset}\` has no column \`${column}\`.${suggestion(column, columns)}`);
  }
}
