import { parseLoose } from '../tracking/metricLines.ts';
import { asPython } from '../project/dvc/pythonText.ts';
import { toValue } from '../project/located.ts';
import { parseYaml } from '../project/parseYaml.ts';

/** A row of the values of a plot by field. */
export type Datapoint = Record<string, unknown>;

/**
 * The rows of a CSV, TSV, JSON or YAML file of a plot, as DVC reads it: in JSON and YAML the lists of mappings of the
 * same fields, side by side. Throws an Error for a file that cannot be read.
 */
export function plotData(path: string, text: string, header: boolean): Datapoint[] {
  if (/\.[ct]sv$/.test(path)) return rowsOf(text, path.endsWith('.tsv') ? '\t' : ',', header);
  if (/\.json$/.test(path)) return datapointsOf(parseLoose(text));
  if (!/\.ya?ml$/.test(path)) throw new Error('DVC reads plots in CSV, TSV, JSON and YAML');
  const parsed = parseYaml(path, text);
  const [fault] = parsed.problems;
  if (fault) throw new Error(`line ${fault.line}: ${fault.message}`);
  return datapointsOf(parsed.root ? toValue(asPython(parsed.root, parsed.text)) : []);
}

function datapointsOf(content: unknown): Datapoint[] {
  const points: Datapoint[] = [];
  for (const list of listsIn(content)) {
    const [first] = list;
    const names = new Set(isMap(first) ? Object.keys(first) : []);
    if (!isMap(first) || !list.every((one) => isMap(one) && Object.keys(one).every((key) => names.has(key)))) continue;
    for (const [i, one] of list.entries()) points[i] = { ...points[i], ...(one as Datapoint) };
  }
  return points;
}

function listsIn(content: unknown): unknown[][] {
  if (Array.isArray(content)) return [content as unknown[]];
  return isMap(content)
    ? Object.values(content).flatMap((value) => (Array.isArray(value) || isMap(value) ? listsIn(value) : []))
    : [];
}

function isMap(value: unknown): value is Datapoint {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

function rowsOf(text: string, separator: string, header: boolean): Datapoint[] {
  const [first = [], ...others] = recordsOf(text, separator);
  const names = header ? first : first.map((_, i) => String(i));
  return (header ? others : [first, ...others]).map((row) =>
    Object.fromEntries(names.map((name, i) => [name, row[i] ?? null])),
  );
}

/** The records of a text, after RFC 4180; empty lines are left out. */
function recordsOf(text: string, separator: string): string[][] {
  const records: string[][] = [];
  let record: string[] = [];
  let field = '';
  let isQuoted = false;
  let isEmpty = true;
  const end = () => {
    if (!isEmpty) records.push([...record, field]);
    record = [];
    field = '';
    isEmpty = true;
  };
  for (let i = 0; i < text.length; i++) {
    const c = text[i] ?? '';
    if (isQuoted) {
      if (c !== '"') field += c;
      else if (text[i + 1] === '"') field += text[++i] ?? '';
      else isQuoted = false;
    } else if (c === '"' && field === '') {
      isQuoted = true;
      isEmpty = false;
    } else if (c === separator) {
      record.push(field);
      field = '';
      isEmpty = false;
    } else if (c === '\n' || c === '\r') end();
    else {
      field += c;
      isEmpty = false;
    }
  }
  end();
  return records;
}
