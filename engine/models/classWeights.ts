/**
 * scikit-learn's `balanced`: rows / (classes × rows of the class), by class number; 1 for a class without rows. NaN
 * labels are left out.
 */
export function classWeights(labels: ArrayLike<number>, classes: number): number[] {
  const counts = Array.from({ length: classes }, () => 0);
  let rows = 0;
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i] ?? Number.NaN;
    if (Number.isNaN(label)) continue;
    counts[label] = (counts[label] ?? 0) + 1;
    rows++;
  }
  return counts.map((n) => (n === 0 ? 1 : rows / (classes * n)));
}
