import type { LabelAgreement, LabelSummary } from '../../protocol/labelling.ts';
import { cohenKappa } from '../statistics/cohenKappa.ts';
import { handLabels, type Decisions } from './decisions.ts';

/** Cohen's kappa for each pair of labellers with common rows, pairs with most rows first. */
export function pairwiseAgreement({ byKey }: Pick<Decisions, 'byKey'>): LabelAgreement[] {
  const pairs = new Map<string, { first: string; second: string; a: string[]; b: string[] }>();
  for (const people of byKey.values()) {
    const labels = handLabels(people).sort((x, y) => (x.labeller < y.labeller ? -1 : 1));
    labels.forEach((one, i) => {
      for (const other of labels.slice(i + 1)) {
        const name = JSON.stringify([one.labeller, other.labeller]);
        const pair = pairs.get(name) ?? { first: one.labeller, second: other.labeller, a: [], b: [] };
        pairs.set(name, pair);
        pair.a.push(one.label);
        pair.b.push(other.label);
      }
    });
  }
  return [...pairs.values()]
    .map(({ first, second, a, b }) => ({ first, second, ...cohenKappa(a, b) }))
    .sort((x, y) => y.n - x.n || (x.first + x.second < y.first + y.second ? -1 : 1));
}

/** Rows on which labellers disagree, newest first. */
export function disagreements({ byKey }: Pick<Decisions, 'byKey'>): LabelSummary['disagreements'] {
  const found = [...byKey].flatMap(([key, people]) => {
    const labels = handLabels(people);
    return new Set(labels.map(({ label }) => label)).size < 2
      ? []
      : [
          {
            key,
            at: Math.max(...labels.map(({ at }) => at)),
            labels: labels.map(({ labeller, label }) => ({ labeller, label })),
          },
        ];
  });
  return found.sort((a, b) => b.at - a.at).map(({ key, labels }) => ({ key, labels }));
}
