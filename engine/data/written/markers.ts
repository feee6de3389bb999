/** Texts that stand for a missing value in any column, because they are no word. */
const neverWords = [
  'N/A',
  'n/a',
  'N.A.',
  'n.a.',
  '#N/A',
  '#N/A N/A',
  '#NA',
  '#NV',
  '<NA>',
  '<null>',
  'NaN',
  'nan',
  '-NaN',
  '-nan',
  '1.#QNAN',
  '-1.#IND',
  '1.#IND',
  'NaT',
  'NULL',
  'null',
  '(null)',
  '(NULL)',
  '[null]',
  '[NULL]',
  '\\N',
  '?',
  '??',
  '#DIV/0!',
  '#VALUE!',
  '#REF!',
  '#NAME?',
  '#NUM!',
  '#NULL!',
  '#WERT!',
  '#BEZUG!',
  '#ZAHL!',
  '#DIV/0',
  // Excel in other languages, and of newer kinds.
  ...'#SPILL! #CALC! #FIELD! #BLOCKED! #CONNECT! #ÜBERLAUF! #KALK! #VALEUR! #NOM? #NOMBRE! #NUL! #N/D #N/D! #N/B #I/T'.split(
    ' ',
  ),
  ...'#¡DIV/0! #¡VALOR! #¡REF! #¿NOMBRE? #¡NUM! #¡NULO! #VALORE! #RIF! #NOME? #NULLO! #VALOR! #NÚM! #NULO!'.split(' '),
  ...'#DEEL/0! #WAARDE! #VERW! #NAAM? #GETAL! #LEEG! #SAKNAS! #DIVISION/0! #VÄRDEFEL! #REFERENS! #NAMN?'.split(' '),
  ...'#VÆRDI! #REFERENCE! #NAVN? #DZIEL/0! #ARG! #ADR! #NAZWA? #LICZBA! #ZERO! #Н/Д #ДЕЛ/0! #ЗНАЧ! #ССЫЛКА! #ИМЯ? #ЧИСЛО!'.split(
    ' ',
  ),
  '<NULL>',
  '{null}',
  '{NULL}',
  '(blank)',
  '(Leer)',
  '(leer)',
  'N/D',
  'n/d',
  'N.D.',
  'n.d.',
  's/d',
  'S/D',
  'keine Angabe',
  'keine Angaben',
  'nicht verfügbar',
  '1.#QNAN0',
  'NaN.0',
  'k.A.',
  'k. A.',
] as const;

/** Texts that stand for a missing value among numbers and dates. In a text column they can be ordinary words. */
const perhapsWords = [
  'NA',
  'na',
  'Na',
  'None',
  'none',
  'NONE',
  'Null',
  'nil',
  'Nil',
  'NIL',
  'NAN',
  '-',
  '--',
  '---',
  '–',
  '—',
  '.',
  '..',
  '...',
  'missing',
  'Missing',
  'MISSING',
  'unknown',
  'Unknown',
  'UNKNOWN',
  'undefined',
  'ND',
  'nd',
  ':',
  '*',
  '…',
  'not available',
  'Not available',
  'Not Available',
  '0000-00-00',
  '0000-00-00 00:00:00',
  // Special missing values of SAS and Stata.
  '._',
  ...[...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'].map((letter) => `.${letter}`),
] as const;

/** All texts that can stand for a missing value, as R, SQL, pandas, Excel and Kaggle write them. */
export const missingMarkers: readonly string[] = [...neverWords, ...perhapsWords];

const never: ReadonlySet<string> = new Set(neverWords);
const all: ReadonlySet<string> = new Set(missingMarkers);

/** True when a text, trimmed, can stand for a missing value. An empty text always does. */
export function isMarker(text: string): boolean {
  return text === '' || all.has(text);
}

/** Dates of zeros: MySQL and SAP write no date so, with any delimiters or none, and with a time or none. */
const zeroDate =
  /^(?:0{8}|0{14}|(?:0000([-./])00?\1 ?00?|00?([-./])00?\2 ?0000|00([-./])00\3 ?00)(?:[Tt ]00:00(?::00(?:\.0+)?)?(?:Z|[+]00(?::?00)?)?)?)$/;

/** True for a date of zeros, which stands for a missing value among dates. In other columns it can be a code. */
export function isZeroDate(text: string): boolean {
  return zeroDate.test(text);
}

/**
 * True when a marker stands for a missing value in a column of texts. `NA` does among words, but not among codes such as
 * `DE`, where it can be Namibia; `None` can be a category.
 */
export function isMissingAmongTexts(marker: string, others: readonly string[]): boolean {
  if (marker === '' || never.has(marker)) return true;
  return marker === 'NA' && others.length > 0 && !others.some((text) => /^[A-Z]{2,3}$/.test(text));
}

const sentinels = new Set([-9, -99, -999, -9999, -99999, -999999, -1, 99, 999, 9999, 99999, 999999, 9999999]);

/**
 * Returns a number that can stand for a missing value: a row of nines that is repeated and far from all other values.
 * Null when there is none. Missing values are not assumed from it; the caller asks.
 */
export function sentinelOf(values: ReadonlyMap<number, number>): number | null {
  const sorted = [...values.keys()].sort((a, b) => a - b);
  if (sorted.length < 4) return null;
  for (const [candidate, rest] of [
    [sorted[0], sorted.slice(1)],
    [sorted.at(-1), sorted.slice(0, -1)],
  ] as const) {
    if (candidate === undefined || !sentinels.has(candidate) || (values.get(candidate) ?? 0) < 2) continue;
    const [low, high] = [rest[0] ?? 0, rest.at(-1) ?? 0];
    const far = candidate < 0 ? low >= 0 && candidate !== -1 : candidate > 3 * Math.max(1, high) && candidate >= 999;
    if (far || (candidate < 0 && low - candidate > 2 * Math.max(1, high - low))) return candidate;
  }
  return null;
}
