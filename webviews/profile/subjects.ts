import type { DataSubject, SubjectChoice } from '../../protocol/dataProfile.ts';

export function same(a: DataSubject | null, b: DataSubject | null): boolean {
  return keyOf(a) === keyOf(b);
}

/** A subject as the value of an option. */
export function keyOf(subject: DataSubject | null): string {
  if (subject === null) return '';
  return JSON.stringify([
    subject.kind,
    subject.kind === 'dataset' ? subject.name : subject.kind === 'snapshot' ? subject.id : subject.path,
  ]);
}

export function titleOf(subject: DataSubject, choices: readonly SubjectChoice[]): string {
  const known = choices.find((one) => same(one.subject, subject));
  if (known) return known.title;
  return subject.kind === 'dataset'
    ? subject.name
    : subject.kind === 'snapshot'
      ? `version ${subject.id.slice(0, 8)}`
      : subject.path;
}

export interface Comparable {
  subject: DataSubject;
  label: string;
}

/** Subjects to compare with: the previous ones first, then all others. */
export function comparable(
  subject: DataSubject,
  choices: readonly SubjectChoice[],
): { before: Comparable[]; others: Comparable[] } {
  const before = (choices.find((one) => same(one.subject, subject))?.before ?? []).map((one) => ({
    subject: one,
    label: `${one.kind === 'dataset' ? 'Before the stage' : 'Version before'}: ${titleOf(one, choices)}`,
  }));
  const others = choices
    .filter((one) => !same(one.subject, subject) && !before.some((earlier) => same(earlier.subject, one.subject)))
    .map((one) => ({ subject: one.subject, label: one.title }));
  return { before, others };
}
