/** Characters that start a formula in Excel, LibreOffice or Google Sheets, the wide forms of East Asian input too. */
const startsFormula = /^[=+\-@\t\r\n\0＝＋－＠]/;
const number = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$|^[+-]?(inf|infinity)$/i;

/**
 * Returns a text for a table that people open in a spreadsheet: one that would be a formula gets a `'` in front, as
 * OWASP recommends. Numbers, such as `-1` or `+2e5`, stay as they are. Not for data that a program reads again.
 */
export function spreadsheetText(text: string): string {
  return startsFormula.test(text) && !number.test(text) ? `'${text}` : text;
}
