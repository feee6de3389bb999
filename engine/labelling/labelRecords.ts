/** The kind of a decision: by a person, skipped, undone, or by a rule whose labels are in the file. */
export type LabelSource = 'hand' | 'skip' | 'undo' | `rule:${string}`;

/** One line of a label file. */
export interface LabelRecord {
  key: string;
  /** Empty when skipped or undone. */
  label: string;
  labeller: string;
  /** Epoch milliseconds UTC. */
  at: number;
  source: LabelSource;
}

export interface ParsedLabels {
  records: LabelRecord[];
  /** Invalid lines: cut short, or edited by hand. 1-based. */
  broken: number[];
}

/** The line of a record with its line end (RFC 4180); times are ISO 8601 in UTC. */
export function recordLine({ key, label, labeller, at, source }: LabelRecord): string {
  return `${[key, label, labeller, new Date(at).toISOString(), source].map(quoted).join(',')}\n`;
}

export function headerLine(key: string, label: string): string {
  return `${[key, label, 'labeller', 'labelled_at', 'source'].map(quoted).join(',')}\n`;
}

function quoted(text: string): string {
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * Parses the text after the header. Parsing resumes at the line after an invalid one, so that an incomplete line, even
 * inside quotes, affects no other.
 */
export function parseRecords(text: string, from: number, header: string): ParsedLabels {
  const records: LabelRecord[] = [];
  const broken: number[] = [];
  const head = header.trimEnd();
  let [line, counted] = [1, 0];
  const lineAt = (at: number) => {
    for (; counted < at; counted++) if (text[counted] === '\n') line++;
    return line;
  };
  let at = from;
  while (at < text.length) {
    const read = readFields(text, at);
    const record = read === null ? null : toRecord(read.fields);
    if (read && record) {
      records.push(record);
      at = read.next;
      continue;
    }
    const end = text.indexOf('\n', at);
    const next = end < 0 ? text.length : end + 1;
    const written = text.slice(at, next).trim();
    // Two processes that create the file at the same time both write the header.
    if (written !== '' && written !== head) broken.push(lineAt(at));
    at = next;
  }
  return { records, broken };
}

/**
 * The fields of one CSV record; null for a quote within an unquoted field, text after a closing quote, or a missing
 * line end.
 */
function readFields(text: string, from: number): { fields: string[]; next: number } | null {
  const fields: string[] = [];
  let at = from;
  for (;;) {
    let value = '';
    if (text[at] === '"') {
      for (at++; ;) {
        const end = text.indexOf('"', at);
        if (end < 0) return null;
        value += text.slice(at, end);
        at = end + 1;
        if (text[at] !== '"') break;
        value += '"';
        at++;
      }
    } else {
      const start = at;
      while (at < text.length && text[at] !== ',' && text[at] !== '\n' && text[at] !== '\r') {
        if (text[at] === '"') return null;
        at++;
      }
      value = text.slice(start, at);
    }
    fields.push(value);
    if (text[at] === ',') {
      at++;
      continue;
    }
    if (text[at] === '\r' && text[at + 1] === '\n') at++;
    if (at < text.length && text[at] !== '\n') return null;
    return { fields, next: Math.min(text.length, at + 1) };
  }
}

function toRecord(fields: readonly string[]): LabelRecord | null {
  const [key = '', label = '', labeller = '', time = '', source = ''] = fields;
  if (fields.length !== 5 || labeller === '' || !/^(hand|skip|undo|rule:.+)$/s.test(source)) return null;
  const at = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?Z$/.test(time) ? Date.parse(time) : Number.NaN;
  if (Number.isNaN(at) || (label === '' && source !== 'skip' && source !== 'undo')) return null;
  return { key, label, labeller, at, source: source as LabelSource };
}
