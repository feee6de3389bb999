import { handLabels, type Decisions } from './decisions.ts';

/** What a vote comes to: the value most often given, or null when two are as frequent or nothing was given. */
export function majority(labels: readonly string[]): string | null {
  const counts = new Map<string, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  const [first, second] = [...counts].sort((a, b) => b[1] - a[1]);
  return first && first[1] !== second?.[1] ? first[0] : null;
}

/** The label of a row by the people who labelled it. */
export interface HandConsensus {
  key: string;
  /** Null: as many said one as another. */
  label: string | null;
  labellers: number;
}

/** One entry for each row that somebody labelled by hand. */
export function handConsensus({ byKey }: Pick<Decisions, 'byKey'>): HandConsensus[] {
  return [...byKey].flatMap(([key, people]) => {
    const labels = handLabels(people);
    return labels.length === 0
      ? []
      : [{ key, label: majority(labels.map(({ label }) => label)), labellers: labels.length }];
  });
}
