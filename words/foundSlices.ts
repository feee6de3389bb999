import { count, plural } from './numbers.ts';

/** `log loss` of `log_loss`. */
export function lossText(loss: string): string {
  return loss.replaceAll('_', ' ');
}

/** `education: some college · marital: never married`. */
export function sliceText({ conditions }: { conditions: readonly { column: string; value: string }[] }): string {
  return conditions.map(({ column, value }) => `${column}: ${value}`).join(' · ');
}

/** How slices were searched, as `searchText` needs it. */
interface Searched {
  tried: number;
  columns: readonly string[];
  depth: number;
  minRows: number;
  leftOut: readonly string[];
  slices: readonly unknown[];
}

/** How slices were searched and what that found, in sentences. */
export function searchText({ tried, columns, depth, minRows, leftOut, slices }: Searched): string {
  const crossings =
    `${plural(tried, 'crossing')} of up to ${depth} values of ${plural(columns.length, 'column')}, ` +
    `each with at least ${count(minRows)} rows, ${tried === 1 ? 'was' : 'were'} tried`;
  const found =
    slices.length === 0
      ? 'None is worse than the other rows by more than chance.'
      : `${slices.length === 1 ? 'One is' : `${count(slices.length)} are`} worse than the other rows by more than chance, corrected for all that were tried.`;
  const left = leftOut.length === 0 ? '' : ` Not crossed: ${leftOut.join(', ')}.`;
  return `${crossings}. ${found}${left}`;
}
