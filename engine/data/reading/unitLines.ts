import { isUnit } from '../written/units.ts';
import { isNumberOrTime, isValue } from './cellKinds.ts';
import type { TextRecord } from './records.ts';

/** Words of data loggers that are no units: time stamp, record number, average, sample. */
const loggerWords = /^(TS|RN|Avg|Smp|Max|Min|Tot|Std)$/i;

/**
 * Finds lines of units between the header and the rows, as oscilloscopes, data loggers and people write them: text above
 * columns of numbers and times, most of it units or in brackets. Text of another kind there is only told: it can be a row.
 */
export function unitLines(below: readonly TextRecord[], header: TextRecord): { lines: number; note: string | null } {
  const [first, second] = below;
  if (!first || first.line !== header.line + header.lines || first.lines > 1 || header.lines > 1)
    return { lines: 0, note: null };
  const measured = (rows: readonly TextRecord[]) =>
    header.fields.flatMap((_, i) => {
      const cells = rows
        .filter(({ fields }) => fields.length === header.fields.length)
        .map(({ fields }) => fields[i] ?? '')
        .filter((cell) => cell.trim() !== '');
      return cells.some(isNumberOrTime) && cells.filter(isValue).length >= cells.length * 0.8 ? [i] : [];
    });
  const texts = (record: TextRecord, columns: readonly number[]) =>
    columns.map((i) => (record.fields[i] ?? '').trim()).filter((cell) => cell !== '');
  const fits = (record: TextRecord, columns: readonly number[]) =>
    record.fields.length === header.fields.length &&
    columns.length > 0 &&
    !record.fields.some(isNumberOrTime) &&
    texts(record, columns).length > 0 &&
    !texts(record, columns).some(isValue);
  const areUnits = (cells: readonly string[]) =>
    cells.filter(isUnitText).length * 2 >= cells.length &&
    cells.every((cell) => cell.length <= 16) &&
    !(cells.length > 2 && 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'.includes(cells.join('')));

  // Campbell writes the kind of value below the unit.
  const deep = measured(below.slice(2));
  const follows = (record: TextRecord | undefined, before: TextRecord) => record?.line === before.line + 1;
  const isDeep =
    second !== undefined &&
    fits(first, deep) &&
    fits(second, deep) &&
    follows(second, first) &&
    follows(below[2], second);
  const isOne = fits(first, measured(below.slice(1))) && follows(second, first) && below.length > 2;
  const lines = isDeep ? 2 : isOne ? 1 : 0;
  if (lines === 0) return { lines: 0, note: null };
  const cells = texts(first, isDeep ? deep : measured(below.slice(1)));
  // One text above numbers is rather a value.
  if (cells.length === 1 && !areUnits(cells)) return { lines: 0, note: null };
  const shown = cells.slice(0, 3).map((cell) => `\`${cell.slice(0, 20)}\``);
  const words = `${lines === 1 ? 'line' : 'lines'} ${first.line}${lines === 1 ? '' : ` and ${first.line + 1}`}`;
  return areUnits(cells)
    ? {
        lines,
        note: `units in ${words} are left out: ${shown.join(', ')}; \`headerLines: 1\` of \`read:\` reads them as a row`,
      }
    : {
        lines: 0,
        note: `${words} with text above numbers (${shown.join(', ')}) can belong to the header; \`headerLines: ${lines + 1}\` of \`read:\` leaves ${lines === 1 ? 'it' : 'them'} out`,
      };
}

/** `[EUR]`, `(mm)`, `°C`, `kg`, `Deg C`, `%`, and the words of data loggers. */
function isUnitText(text: string): boolean {
  return /^\[[^\]]*\]$|^\([^)]*\)$|^%$|^deg/i.test(text) || loggerWords.test(text) || isUnit(text);
}
