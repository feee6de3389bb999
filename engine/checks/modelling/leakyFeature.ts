import type { Association } from '../../facts/facts.ts';
import type { Rule } from '../rule.ts';
import { count, percent } from '../data/eachDataset.ts';
import { featurePlace } from './featurePlace.ts';

export const leakyFeature: Rule = {
  code: 'LW404',
  name: 'leaky-feature',
  severity: 'warning',
  fromData: true,
  docs: 'A single feature predicts the target almost perfectly in the training rows. Such columns are usually recorded after the fact (a refund date, a case number) and are not available when the model predicts. The finding names the measure: area under the ROC curve, share of rows that the level predicts correctly, or squared correlation; or how much it tells whether the column has a value at all. Beyond 100,000 training rows it is measured on a sample of so many, and the finding says so.',
  example: {
    wrong: 'features: [amount, refunded_at]      # refunded_at is filled once it was fraud',
    right: 'features: [amount]',
  },
  check(context) {
    for (const [name, stage] of Object.entries(context.config.stages)) {
      if (!('uses' in stage) || stage.uses !== 'train') continue;
      const facts = context.facts.train(name);
      const found = new Map((facts?.associations ?? []).filter(suspicious).map((one) => [one.feature, one]));
      for (const association of found.values()) {
        const place = featurePlace(context, name, stage, association.feature);
        place(
          `\`${association.feature}\` almost determines the target: ${describe(association)}${facts?.sampled ? `, measured on ${count(facts.sampled)} of the training rows` : ''}. Is it known when the model predicts?`,
        );
      }
    }
  },
};

/** Sure in the sense of the measure: what is left between the baseline and certainty is less than a fiftieth. */
function suspicious({ value, baseline }: Association): boolean {
  return baseline < 1 && (value - baseline) / (1 - baseline) >= 0.98;
}

function describe({ measure, value, baseline }: Association): string {
  if (measure === 'auc') return `area under the ROC curve ${value.toFixed(4)} on its own`;
  if (measure === 'r2') return `squared correlation ${value.toFixed(4)}`;
  if (measure === 'missing')
    return baseline === 0
      ? `whether it has a value explains ${percent(value)} of the variance`
      : `whether it has a value gets ${percent(value)} of the rows right (the most frequent class alone ${percent(baseline)})`;
  return `its levels get ${percent(value)} of the rows right (the most frequent class alone ${percent(baseline)})`;
}
