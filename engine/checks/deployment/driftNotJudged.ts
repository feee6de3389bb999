import { named } from '../../base/named.ts';
import { declaredKind } from '../../drift/declaredKinds.ts';
import { columnMeasures, comparedWords, type OfferedMeasure } from '../../drift/measures.ts';
import type { ProfileName } from '../../drift/driftTable.ts';
import type { Field } from '../../project/schema/datasetSchema.ts';
import { featuresOf, stagesOf, trainStage } from '../lookUp.ts';
import type { Path, Rule } from '../rule.ts';

type ComparedType = OfferedMeasure['types'][number];

export const driftNotJudged: Rule = {
  code: 'LW619',
  name: 'drift-not-judged',
  severity: 'warning',
  whole: 'named',
  docs: 'The `drift` of a monitor leaves features without a verdict: its measure compares columns of another type, or its profile is tfdv, which has no default threshold. Such features do not count in the share of drifted features. If no feature can be judged, the monitor never reports drift. Choose a measure for these columns, leave `measure` out, or add `threshold`.',
  example: {
    wrong: 'drift: { profile: tfdv }',
    right: 'drift: { profile: tfdv, threshold: 0.05 }',
  },
  check(context) {
    const validates = new Map(stagesOf(context.config, 'validate'));
    for (const [name, { drift, reference }] of Object.entries(context.config.monitors ?? {})) {
      if (!drift) continue;
      const profile = drift.profile ?? 'loopwright';
      const at: Path = ['monitors', name, 'drift'];
      if (profile === 'tfdv' && drift.threshold === undefined) {
        context.report([...at, 'profile'], 'TFDV has no default threshold, so no feature is judged. Add `threshold`.');
        continue;
      }
      const types = drift.measure === undefined ? [] : typesOf(profile, drift.measure);
      const validate = validates.get(reference);
      const train = validate ? trainStage(context.config, validate.with.model) : null;
      const schema = train ? context.schemaOf(train.with.data) : null;
      if (types.length === 0 || !train || !schema) continue;
      const features = featuresOf(context, train) ?? [];
      const unfit = features.filter((feature) => {
        const field = named(schema.fields, feature);
        return field !== undefined && !fieldTypes(field, profile).some((type) => types.includes(type));
      });
      if (unfit.length === 0) continue;
      const compares = `\`${drift.measure}\` compares ${types.map((type) => comparedWords[type]).join(' and ')}`;
      if (unfit.length === features.length)
        context.report([...at, 'measure'], `${compares}, and the model has no such feature, so none is judged.`);
      else {
        const listed = unfit.map((feature) => `\`${feature}\``).join(', ');
        const verb = unfit.length === 1 ? 'is' : 'are';
        context.report([...at, 'measure'], `${compares}, so ${listed} ${verb} not judged.`, { severity: 'info' });
      }
    }
  },
};

/** The types that a measure compares; none for an unknown name and for the classifier of whole rows. */
function typesOf(profile: ProfileName, asked: string): ComparedType[] {
  const named = columnMeasures(profile).filter(({ name, aliases }) => name === asked || aliases.includes(asked));
  return [...new Set(named.flatMap(({ types }) => types))];
}

/** The types under which a profile may compare a field. Free texts count as texts, which only the data tells. */
function fieldTypes(field: Field, profile: ProfileName): ComparedType[] {
  if (profile === 'loopwright' && declaredKind(field) !== null) return ['categorical'];
  switch (field.type) {
    case 'number':
      return ['numeric'];
    case 'integer':
      return profile === 'evidently' ? ['numeric', 'categorical'] : ['numeric'];
    case 'boolean':
      return ['categorical'];
    case 'string':
      return profile === 'loopwright' || profile === 'evidently' ? ['categorical', 'text'] : ['categorical'];
    default:
      return ['numeric', 'categorical', 'text'];
  }
}
