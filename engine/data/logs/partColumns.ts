/** Columns of a part of a log besides those of the log. */
export const own = {
  kind: '_lw_kind',
  text: '_lw_text',
  file: '_lw_file',
  before: '_lw_before',
  line: '_lw_line',
} as const;
export type Own = keyof typeof own;
