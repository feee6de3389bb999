import { count } from './numbers.ts';

/** The parts of a second fit that its words need; the card has them. */
type SecondFit =
  | { kind: 'served'; rows: number; testedRows: number; since: number | null; steps: number; unit: string }
  | {
      kind: 'refused';
      reason: 'far scores' | 'worse' | 'other classes';
      shift: number | null;
      metric?: { name: string; value: number; bound: number } | undefined;
    }
  | { kind: 'impossible'; reason: 'own program' | 'unknown length' };

/** Which fit of a version is served and why, as a sentence. */
export function refitText(refit: SecondFit): string {
  switch (refit.kind) {
    case 'served':
      return `Tested with a fit on ${count(refit.testedRows)} rows. Served is a second fit on all ${count(refit.rows)} rows${refit.since === null ? '' : ` from ${new Date(refit.since).toISOString().slice(0, 10)} on`} with the same settings and ${count(refit.steps)} ${refit.unit}; threshold, metrics and gates are those of the tested fit.`;
    case 'refused':
      return `The tested fit is served. A second fit on all rows was refused: ${refusalText(refit)}.`;
    case 'impossible':
      return refit.reason === 'own program'
        ? 'The tested fit is served. Its own program trains it, so there is no second fit on all rows.'
        : 'The tested fit is served. Its files do not say how long it was fitted, so there is no second fit on all rows.';
  }
}

function refusalText({ reason, shift, metric }: Extract<SecondFit, { kind: 'refused' }>): string {
  if (reason === 'other classes') return 'it knows other classes';
  if (reason === 'worse' && metric)
    return `${metric.name} is ${rounded(metric.value)} on the test rows, beyond the bound ${rounded(metric.bound)} of the interval of the tested fit`;
  return `its scores of the test rows are ${shift === null || !Number.isFinite(shift) ? 'far' : `${rounded(shift)} standard deviations`} from those of the tested fit`;
}

function rounded(value: number): number {
  return Number(value.toPrecision(3));
}
