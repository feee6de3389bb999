export type SourceFormat = 'csv' | 'json' | 'parquet';

const formats: Record<string, SourceFormat> = {
  csv: 'csv',
  tsv: 'csv',
  tab: 'csv',
  txt: 'csv',
  json: 'json',
  jsonl: 'json',
  ndjson: 'json',
  parquet: 'parquet',
  pq: 'parquet',
};

/** Returns the format for the name of a file, or null when it is not supported. Text can end in `.gz` or `.zst`. */
export function sourceFormat(file: string): SourceFormat | null {
  const name = file.toLowerCase();
  const format = formats[/\.([a-z]+)(?:\.(?:gz|zst))?$/.exec(name)?.[1] ?? ''] ?? null;
  return format === 'parquet' && /\.(gz|zst)$/.test(name) ? null : format;
}
