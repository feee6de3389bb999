import { DataError } from '../../base/errors.ts';

const is =
  (...bytes: number[]) =>
  (start: Buffer) =>
    bytes.every((byte, i) => start[i] === byte);
const says =
  (word: string, at = 0) =>
  (start: Buffer) =>
    start.toString('latin1', at, at + word.length) === word;
/** Words that can also begin the header of a text file are followed by a control character here. */
const binary = (word: string) => (start: Buffer) => {
  const next = start[word.length] ?? 32;
  return says(word)(start) && (next < 9 || (next > 13 && next < 32) || next > 127);
};
const html = (start: Buffer) =>
  /^\s*(<!doctype html|<html|<\?xml|<!--[^>]*-->\s*<(!doctype|html))/i.test(start.toString('latin1', 0, 400));

/** What a file can be in truth, whatever its name says. The first that applies counts. */
const contents: { what: string; todo: string; found: (start: Buffer) => boolean }[] = [
  { what: 'a gzip file', todo: 'add `.gz` to its name, such as data.csv.gz, or unpack it', found: is(0x1f, 0x8b) },
  {
    what: 'a zstd file',
    todo: 'add `.zst` to its name, such as data.csv.zst, or unpack it',
    found: is(0x28, 0xb5, 0x2f, 0xfd),
  },
  { what: 'a bzip2 file', todo: 'unpack it', found: (start) => /^BZh[1-9]1AY/.test(start.toString('latin1', 0, 7)) },
  { what: 'an xz file', todo: 'unpack it', found: is(0xfd, 0x37, 0x7a, 0x58, 0x5a) },
  {
    what: 'an Excel workbook (.xlsx)',
    todo: 'save the sheet as CSV UTF-8 in Excel, or export it with pandas',
    found: (start) => is(0x50, 0x4b, 3, 4)(start) && /xl\/|\[Content_Types\]/.test(start.toString('latin1', 0, 4000)),
  },
  { what: 'a ZIP archive', todo: 'unpack it and name the file inside', found: is(0x50, 0x4b, 3, 4) },
  {
    what: 'an Excel workbook of the old format (.xls)',
    todo: 'save the sheet as CSV UTF-8 in Excel',
    found: is(0xd0, 0xcf, 0x11, 0xe0),
  },
  { what: 'a Parquet file', todo: 'end its name in `.parquet`', found: binary('PAR1') },
  { what: 'an Arrow file (Feather)', todo: 'convert it to Parquet, such as with pandas', found: binary('ARROW1') },
  { what: 'an ORC file', todo: 'convert it to Parquet, such as with pandas', found: binary('ORC') },
  { what: 'an Avro file', todo: 'convert it to Parquet, such as with DuckDB or fastavro', found: says('Obj\x01') },
  { what: 'a SQLite database', todo: 'read it with `from: sqlite` of a collect stage', found: says('SQLite format 3') },
  { what: 'a PDF document', todo: 'export the table as CSV', found: says('%PDF-') },
  { what: 'a web page (HTML or XML)', todo: 'download the data itself, not the page that shows it', found: html },
  {
    what: 'text in UTF-32',
    todo: 'save it as UTF-8',
    found: (start) => is(0xff, 0xfe, 0, 0)(start) || is(0, 0, 0xfe, 0xff)(start),
  },
  {
    what: 'a pointer of Git LFS, not the data',
    todo: 'fetch the data with `git lfs pull`',
    found: says('version https://git-lfs.github.com/spec/'),
  },
];

/**
 * Throws DataError when the content of a text file is a known format of another kind. `isPacked` says that it was
 * unpacked once.
 */
export function refuseForeignContent(file: string, start: Buffer, { isPacked = false } = {}): void {
  const found = contents.find((content) => content.found(start));
  if (!found) return;
  const isTwice = isPacked && /^a (gzip|zstd|bzip2) |^an xz /.test(found.what);
  const says = isTwice
    ? `inside is ${found.what}, so it is packed twice; unpack it once`
    : `${isPacked ? 'inside is' : 'this is'} ${found.what}; ${found.todo}`;
  throw new DataError(`${file}: ${says}`, { place: { file } });
}

/** Formats that are not read, by the end of the name: what to do instead. */
const unread: Record<string, string> = {
  xlsx: 'save the sheet as CSV UTF-8, or convert it to Parquet with pandas (read_excel, to_parquet)',
  xlsm: 'save the sheet as CSV UTF-8, or convert it to Parquet with pandas (read_excel, to_parquet)',
  xls: 'save the sheet as CSV UTF-8, or convert it to Parquet with pandas (read_excel, to_parquet)',
  ods: 'save the sheet as CSV in UTF-8',
  feather: 'convert it to Parquet with pandas (read_feather, to_parquet)',
  arrow: 'convert it to Parquet with pyarrow (ipc.open_file, parquet.write_table)',
  ipc: 'convert it to Parquet with pyarrow (ipc.open_file, parquet.write_table)',
  avro: 'convert it to Parquet, such as with DuckDB (read_avro) or fastavro',
  orc: 'convert it to Parquet with pandas (read_orc, to_parquet)',
  h5: 'convert it to Parquet with pandas (read_hdf, to_parquet)',
  hdf5: 'convert it to Parquet with pandas (read_hdf, to_parquet)',
  pkl: 'convert it to Parquet with pandas (read_pickle, to_parquet)',
  sav: 'convert it to Parquet with pandas (read_spss, to_parquet)',
  dta: 'convert it to Parquet with pandas (read_stata, to_parquet)',
  sas7bdat: 'convert it to Parquet with pandas (read_sas, to_parquet)',
  rds: 'write it as CSV or Parquet in R (write.csv, arrow::write_parquet)',
  rdata: 'write it as CSV or Parquet in R (write.csv, arrow::write_parquet)',
  xml: 'convert it to CSV or JSON Lines',
  zip: 'unpack it and name the file inside',
  bz2: 'unpack it, or pack it with gzip or zstd',
  xz: 'unpack it, or pack it with gzip or zstd',
};

/** Returns what to do with a file of a format that is not read. */
export function instead(file: string): string {
  const ending = /\.([a-z0-9]+)$/i.exec(file)?.[1]?.toLowerCase() ?? '';
  return unread[ending] ?? 'use .csv, .tsv, .json, .jsonl, .ndjson or .parquet; text also with .gz or .zst';
}
