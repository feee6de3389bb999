import { unpackStart } from '../../base/unpackStart.ts';

/** The facts about a pickle that its bytes tell, without opening it. */
export interface PickleFacts {
  /** The class of the pickled object: `sklearn.pipeline.Pipeline`. Null when it cannot be told. */
  className: string | null;
  /** Top modules of the classes and functions that it names. */
  modules: Set<string>;
  /** The version of scikit-learn that estimators note. */
  sklearnVersion: string | null;
}

/** Most bytes of the beginning of a compressed pickle, unpacked. */
const most = 1 << 24;
const longestName = 250;
const moduleAtEnd = /c([A-Za-z_][\w.]*)$/;
const wholeName = /^[A-Za-z_][\w.]*$/;

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
    ...globals(text),
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

/**
 * GLOBAL of protocols 0 to 3: `c`, module, line end, name, line end. Looked for from the line ends, so that a long run of
 * letters takes no square time.
 */
function* globals(text: string): Generator<{ at: number; module: string; className: string }> {
  for (let end = text.indexOf('\n'); end >= 0;) {
    const next = text.indexOf('\n', end + 1);
    if (next < 0) return;
    const className = next - end <= longestName ? text.slice(end + 1, next) : '';
    const found = wholeName.test(className) ? moduleAtEnd.exec(text.slice(Math.max(0, end - longestName), end)) : null;
    if (found) yield { at: end - found[0].length, module: found[1] ?? '', className };
    end = next;
  }
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
  if (!wholeName.test(value)) return null;
  return { text: value, end: text[end] === '\x94' ? end + 1 : end };
}

/** Null when the compression is another one. */
function decompressed(bytes: Buffer): Buffer | null {
  const start = bytes.toString('hex', 0, 6);
  // The end may be cut off.
  try {
    if (/^78(01|5e|9c|da)/.test(start)) return unpackStart(bytes, 'deflate', { most, isWhole: false }).bytes;
    if (start.startsWith('1f8b')) return unpackStart(bytes, 'gzip', { most, isWhole: false }).bytes;
  } catch {
    return null;
  }
  // bzip2, xz, lzma and LZ4.
  return /^(425a68|fd377a585a|5d0000|04224d18)/.test(start) ? null : bytes;
}
