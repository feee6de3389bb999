/** A row of texts as a line of a RowFile. NULL is an empty field and '' a quoted one. */
export function rowLine(row: readonly (string | null | undefined)[], width: number): string {
  let line = '';
  for (let i = 0; i < width; i++) {
    const value = row[i];
    line +=
      value === null || value === undefined ? ',' : `"${value.includes('"') ? value.replaceAll('"', '""') : value}",`;
  }
  // The last field is never empty, so that a row of NULLs is not a blank line.
  return `${line}0\n`;
}
