import { representation, type Representation } from '../../evaluation/fairness/representation.ts';
import type { GroupedRows } from './groupTestRows.ts';

/** The groups of the test rows beside the declared people, of each attribute that the project declares them for. */
export function representationOf(
  population: Readonly<Record<string, Readonly<Record<string, number>>>>,
  grouped: ReadonlyMap<string, GroupedRows>,
): Representation[] {
  return Object.entries(population).flatMap(([attribute, people]) => {
    const found = grouped.get(attribute);
    return (found && representation(attribute, found.groups, people)) ?? [];
  });
}
