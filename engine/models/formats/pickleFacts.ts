import { constants, gunzipSync, inflateSync } from 'node:zlib';

/** The facts about a pickle that its bytes tell, without opening it. */
export interface PickleFacts {
  /** The class of the pickled object: `sklearn.pipeline.Pipeline`. Null when it cannot be told. */
  className: string | null;
  /** Top modules of the classes and functions that it names. */
  modules: Set<string>;
  /** The version of scikit-learn that estimators note. */
  sklearnVersion: string | null;
}

const name = String.raw`[A-Za-z_][\w.]*`;
/** GLOBAL of protocols 0 to 3: `c`, module, line end, name, line end. */
const globals = new RegExp(`c(${name})\n(${name})\n`, 'g');

/**
 * Reads the names of classes in a pickle, plain or written by joblib, also compressed by zlib or gzip. Returns null when
 * the bytes are no pickle. `bytes` may be the beginning of a file.
 */
export function pickleFacts(bytes: Buffer): PickleFacts | null {
  const plain = decompressed(bytes);
  if (!plain) return { className: null, modules: new Set(), sklearnVersion: null };
  const isPickle = plain[0] === 0x80 ? (plain[1] ?? 99) <= 5 : /^[(c\]}]/.test(plain.toString('latin1', 0, 1));
  if (!isPickle) return null;
  const text = plain.toString('latin1');
  const found: { at: number; module: string; className: string }[] = [
    ...[...text.matchAll(globals)].map((match) => ({
      at: match.index,
      module: match[1] ?? '',
      className: match[2] ?? '',
    })),
    ...stackGlobals(plain, text),
  ].toSorted((a, b) => a.at - b.at);
  const [first] = found;
  return {
    className: first ? `${first.module}.${first.className}` : null,
    modules: new Set(found.map(({ module }) => module.split('.')[0] ?? module)),
    sklearnVersion: notedVersion(text),
  };
}

/** The text after the key `_sklearn_version`: SHORT_BINUNICODE or BINUNICODE, with its length before it. */
function notedVersion(text: string): string | null {
  const [all, short, long] = /_sklearn_version(?:\x94|q.|r....)?(?:\x8c(.)|X(.)\0\0\0)/s.exec(text) ?? [];
  if (all === undefined) return null;
  const from = text.indexOf(all) + all.length;
  return text.slice(from, from + ((short ?? long)?.charCodeAt(0) ?? 0));
}

/** STACK_GLOBAL of protocol 4 and 5 takes two short texts, each of which is memoized before. */
function* stackGlobals(bytes: Buffer, text: string): Generator<{ at: number; module: string; className: string }> {
  for (let at = text.indexOf('\x8c'); at >= 0; at = text.indexOf('\x8c', at + 1)) {
    const module = shortText(bytes, text, at);
    if (module === null) continue;
    const second = shortText(bytes, text, module.end);
    if (second !== null && text[second.end] === '\x93') yield { at, module: module.text, className: second.text };
  }
}

/** A text of up to 255 bytes at `at`, and the end of it with its memo. */
function shortText(bytes: Buffer, text: string, at: number): { text: string; end: number } | null {
  if (text[at] !== '\x8c') return null;
  const end = at + 2 + (bytes[at + 1] ?? 0);
  const value = text.slice(at + 2, end);
  if (!new RegExp(`^${name}$`).test(value)) return null;
  return { text: value, end: text[end] === '\x94' ? end + 1 : end };
}

/** Null when the compression is another one. */
function decompressed(bytes: Buffer): Buffer | null {
  const start = bytes.toString('hex', 0, 6);
  // The end may be cut off.
  const options = { finishFlush: constants.Z_SYNC_FLUSH };
  try {
    if (/^78(01|5e|9c|da)/.test(start)) return inflateSync(bytes, options);
    if (start.startsWith('1f8b')) return gunzipSync(bytes, options);
  } catch {
    return null;
  }
  // bzip2, xz, lzma and LZ4.
  return /^(425a68|fd377a585a|5d0000|04224d18)/.test(start) ? null : bytes;
}
