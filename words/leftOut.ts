/** The parts of a card that are not defined for a task, as a sentence; null where all are. */
export function leftOutText(task: string): string | null {
  if (task !== 'multilabel' && task !== 'ranking') return null;
  const of = task === 'ranking' ? 'a ranking' : 'several labels a row';
  return `Fairness, calibration, permutation importance, the search for slices, and the tests of McNemar and DeLong are not computed for ${of}.`;
}
