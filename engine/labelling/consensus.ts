import { handLabels, type Decisions } from './decisions.ts';

/** The most frequent value of the votes; null for a tie or no votes. */
export function majority(labels: readonly string[]): string | null {
  const counts = new Map<string, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  const [first, second] = [...counts].sort((a, b) => b[1] - a[1]);
  return first && first[1] !== second?.[1] ? first[0] : null;
}

/** The label of a row by its labellers. */
export interface HandConsensus {
  key: string;
  /** Null for a tie. */
  label: string | null;
  labellers: number;
}

/** One entry for each row with a label by hand. */
export function handConsensus({ byKey }: Pick<Decisions, 'byKey'>): HandConsensus[] {
  return [...byKey].flatMap(([key, people]) => {
    const labels = handLabels(people);
    return labels.length === 0
      ? []
      : [{ key, label: majority(labels.map(({ label }) => label)), labellers: labels.length }];
  });
}
