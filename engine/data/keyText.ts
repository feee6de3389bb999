import { numberKey } from './bareNumber.ts';
import { fieldType } from './inspectColumns.ts';

type Kind = 'number' | 'time' | 'other';

/**
 * Returns SQL texts of two keys that are equal exactly when the keys are: 1, 1.0 and the text `1.0` are the same number,
 * and a date is the midnight of its timestamp. Two texts are compared as they are. NULL for NULL.
 */
export function keyTexts(
  a: { value: string; sqlType: string },
  b: { value: string; sqlType: string },
): [string, string] {
  const kinds = [kindOf(a.sqlType), kindOf(b.sqlType)];
  const text = ({ value }: { value: string }, kind: Kind) => {
    const written = `CAST(${value} AS VARCHAR)`;
    if (a.sqlType === b.sqlType) return written;
    // A text is read as the kind of the other side; one that is no such value stays a text.
    if (kinds.includes('number') && !kinds.includes('time'))
      return kind === 'number' ? numberText(value) : `coalesce(${numberText(`trim(${written})`)}, ${written})`;
    if (kinds.includes('time') && !kinds.includes('number'))
      return `coalesce(CAST(TRY_CAST(${value} AS TIMESTAMP) AS VARCHAR), ${written})`;
    return written;
  };
  return [text(a, kinds[0] ?? 'other'), text(b, kinds[1] ?? 'other')];
}

function kindOf(sqlType: string): Kind {
  const type = fieldType(sqlType);
  if (type === 'integer' || type === 'number') return 'number';
  return type === 'date' || type === 'datetime' ? 'time' : 'other';
}

/** The text of a number that is equal for equal numbers only: all digits of whole numbers and decimals. */
function numberText(value: string): string {
  return numberKey(`CAST(${value} AS VARCHAR)`, `TRY_CAST(${value} AS DOUBLE)`);
}
