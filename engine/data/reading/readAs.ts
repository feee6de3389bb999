import type { QuoteStyle, ReadSettings } from '../../project/schema/readSettings.ts';

/** How one text file is read: the settings that were given, and for the others what was found in the file. */
export interface ReadAs {
  /** A label of the WHATWG Encoding Standard. */
  encoding: string;
  /** Text between two fields; `spaces` for one or more spaces or tabs. */
  delimiter: string;
  quotes: QuoteStyle;
  /** Whether the first line that is read contains the names. */
  header: boolean;
  /** Number of lines of the header; the second and third contain units. 1 without a header. */
  headerLines: number;
  /** Number of lines before it. */
  skip: number;
  /** Character that starts a comment. */
  comment: string | null;
}

/** The keys of `read` that concern the shape of a text file. The others concern the values of its fields. */
export type ShapeSettings = Pick<
  ReadSettings,
  'encoding' | 'delimiter' | 'quotes' | 'header' | 'headerLines' | 'skip' | 'comment' | 'columns'
>;

/** Returns the keys of a mapping that concern the shape of a text file. */
export function shapeSettings(given: ShapeSettings): ShapeSettings {
  const { encoding, delimiter, quotes, header, headerLines, skip, comment, columns } = given;
  return Object.fromEntries(
    Object.entries({ encoding, delimiter, quotes, header, headerLines, skip, comment, columns }).filter(
      ([, value]) => value !== undefined,
    ),
  );
}

/** Returns the text of a delimiter that is written by its name. */
export function delimiterText(delimiter: string): string {
  if (delimiter === 'tab' || delimiter === '\\t') return '\t';
  return delimiter === 'space' ? ' ' : delimiter;
}
