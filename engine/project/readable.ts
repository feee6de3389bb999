import { toValue, type Entry, type Located, type Range } from './located.ts';
import type { LostEntries } from './lostEntries.ts';
import { nameStagesOfModels } from './models.ts';
import type { ProjectConfig } from './schema/projectSchema.ts';
import { propertyOf, recordValue, shapes, type Shape } from './shape.ts';
import { validateShape } from './validateShape.ts';

/** The valid part of a project that has errors. */
export interface Readable {
  config: ProjectConfig;
  /** True when nothing was left out. */
  whole: boolean;
  /** Names of entries that were left out. References to them are not checked. */
  leftOut: ReadonlySet<string>;
  /** Ranges of entries that were read partly or not at all. Findings inside them are suppressed. */
  unsure: readonly Range[];
  /**
   * True when the text of such an entry contains a name, which it may refer to. With `stages`, only stages are
   * searched.
   */
  mentions(name: string, where?: 'stages'): boolean;
  /** False when the inputs or outputs of some stage are unknown. */
  readsKnown: boolean;
  writesKnown: boolean;
}

/** An invalid place, and the most likely intended word. */
export interface WrongPlace {
  range: Range;
  meant?: string | undefined;
}

/** Sections with independent entries. */
const records = new Set(['params', 'datasets', 'models', 'stages', 'deployments', 'monitors', 'checks', 'labelling']);

export function readWhole(config: ProjectConfig): Readable {
  return {
    config,
    whole: true,
    leftOut: new Set(),
    unsure: [],
    mentions: () => false,
    readsKnown: true,
    writesKnown: true,
  };
}

/**
 * Returns a config in which each invalid entry is corrected to the most likely meaning, stripped of invalid keys, or
 * left out. One wrong number, or a line being typed, does not affect the rest of the file. Null without stages.
 */
export function readableConfig(
  root: Located | null,
  wrong: readonly WrongPlace[],
  lost: LostEntries,
  texts: { of: (range: Range) => string; file: (path: string) => string },
): Readable | null {
  if (root?.kind !== 'map') return null;
  const leftOut = new Set(lost.names);
  const unsure: Range[] = [...lost.ranges];
  const unread = lost.ranges.map(texts.of);
  const sorted = wrong.toSorted((a, b) => a.range.start - b.range.start);
  const read = (entry: Entry, shape: Shape | undefined): Entry[] => {
    const range = { start: entry.keyRange.start, end: Math.max(entry.keyRange.end, entry.value.range.end) };
    const places: WrongPlace[] = sorted.filter((place) => touches(place.range, range));
    // A value can be invalid only because its target was lost. That is not reported.
    if (places.length === 0 && shape) for (const own of errorsIn(entry.value, shape)) places.push({ range: own });
    const inLost = lost.ranges.some((one) => overlaps(one, range));
    if (places.length === 0 && !inLost) return [entry];
    const meant = meaningOf(entry, places);
    if (!inLost && meant && fits(meant, shape)) return [meant];
    unsure.push(range);
    unread.push(texts.of(range));
    const pruned = places.reduce<Entry | null>((left, place) => left && prune(left, place.range), entry);
    if (pruned && fits(pruned, shape)) return [pruned];
    leftOut.add(entry.key);
    return [];
  };
  const entries = root.entries.flatMap((section): Entry[] => {
    const known = propertyOf(shapes.project, section.key);
    const meant = known
      ? undefined
      : sorted.find(({ range }) => range.start === section.keyRange.start && range.end === section.keyRange.end)?.meant;
    if (meant !== undefined && !root.entries.some(({ key }) => key === meant))
      return read(
        { ...section, key: meant, keyRange: { start: section.value.range.start, end: section.value.range.start } },
        propertyOf(shapes.project, meant),
      );
    const shape = known;
    if (!shape) return [];
    if (!records.has(section.key) || section.value.kind !== 'map') return read(section, shape);
    return [
      {
        ...section,
        value: { ...section.value, entries: section.value.entries.flatMap((entry) => read(entry, recordValue(shape))) },
      },
    ];
  });
  // The missing key may be the one being typed.
  const present = new Set(entries.map(({ key }) => key));
  const stand = (key: string, value: string | number): Entry[] =>
    present.has(key)
      ? []
      : [
          {
            key,
            keyRange: root.range,
            merged: false,
            value: { kind: 'scalar', range: root.range, value, quoted: false },
          },
        ];
  // Without stages, the file cannot be interpreted.
  if (!present.has('stages')) return null;
  const tree: Located = { ...root, entries: [...stand('version', 1), ...stand('project', 'unnamed'), ...entries] };
  if (errorsIn(tree, shapes.project).length > 0) return null;
  const config = nameStagesOfModels(toValue(tree) as ProjectConfig);
  const stages = entriesOf(root, 'stages');
  const inStages = unread.filter((_, i) => {
    const at = unsure[i];
    return at !== undefined && stages !== undefined && overlaps(stages, at);
  });
  const [words, stageWords] = [unread, inStages].map((some) => wordsIn(some, config, texts.file));
  return {
    config,
    whole: false,
    leftOut,
    unsure,
    mentions: (name, where) => (where === 'stages' ? stageWords : words)?.has(name) === true,
    readsKnown: !inStages.some((text) => unclearReads.test(text)),
    writesKnown: !inStages.some((text) => unclearWrites.test(text)),
  };
}

/**
 * Returns the words of some texts and of the SQL files they name. A dataset also stands for its path, and a path for
 * its dataset.
 */
function wordsIn(
  texts: readonly string[],
  { datasets = {} }: ProjectConfig,
  fileText: (path: string) => string,
): ReadonlySet<string> {
  const split = (text: string) => text.split(/[^\w./*-]+/);
  const words = new Set(texts.flatMap(split));
  for (const word of texts.flatMap(split))
    if (word.endsWith('.sql')) for (const inner of split(fileText(word))) words.add(inner);
  for (const [name, { path, schema }] of Object.entries(datasets)) {
    if (words.has(name)) for (const file of [path, schema ?? path]) words.add(file);
    else if (words.has(path)) words.add(name);
  }
  return words;
}

/** Matches a key for inputs or outputs of a stage without a word as its value. */
const unclearReads = unclear('data|sql|deps|files|sqlite|query');
const unclearWrites = unclear('dataset|output|outs|metrics|plots');

function unclear(keys: string): RegExp {
  return new RegExp(`\\b(?:${keys})["']?\\s*:[ \\t["']*(?:\\n(?!\\s*-)|$|[^\\s["'\\w./$*-])`);
}

/** Returns the range of the entries of a section. */
function entriesOf(root: Located & { kind: 'map' }, section: string): Range | undefined {
  const entry = root.entries.find(({ key }) => key === section);
  return entry && { start: entry.keyRange.start, end: Math.max(entry.keyRange.end, entry.value.range.end) };
}

function errorsIn(node: Located, shape: Shape): Range[] {
  const found: Range[] = [];
  validateShape(node, shape, (_code, range, _message, more) => {
    if ((more?.severity ?? 'error') === 'error') found.push(range);
  });
  return found;
}

const fits = (entry: Entry, shape: Shape | undefined): boolean =>
  shape !== undefined && errorsIn(entry.value, shape).length === 0;

const overlaps = (a: Range, b: Range): boolean => a.start < b.end && a.end > b.start;

/** Ranges can be empty, where a value is missing. */
const touches = (a: Range, b: Range): boolean => a.start <= b.end && a.end >= b.start;

/** Returns the entry with each wrong word replaced by the intended one; null when one of them is unknown. */
function meaningOf(entry: Entry, places: readonly WrongPlace[]): Entry | null {
  if (places.length === 0 || places.some(({ meant }) => meant === undefined)) return null;
  const meantAt = (range: Range) =>
    places.find((place) => place.range.start === range.start && place.range.end === range.end)?.meant;
  const replace = (node: Located): Located => {
    if (node.kind === 'seq') return { ...node, items: node.items.map(replace) };
    if (node.kind === 'map')
      return {
        ...node,
        entries: node.entries.map((one) => ({
          ...one,
          key: meantAt(one.keyRange) ?? one.key,
          value: replace(one.value),
        })),
      };
    const meant = meantAt(node.range);
    return meant === undefined ? node : { ...node, value: meant };
  };
  return { ...entry, value: replace(entry.value) };
}

/** Returns the entry without the innermost key that a range touches; null when that is the entry itself. */
function prune(entry: Entry, range: Range): Entry | null {
  if (entry.value.kind !== 'map' || touches(range, entry.keyRange)) return null;
  const entries = entry.value.entries.flatMap((inner) => {
    if (!touches(range, { start: inner.keyRange.start, end: Math.max(inner.keyRange.end, inner.value.range.end) }))
      return [inner];
    const left = prune(inner, range);
    return left ? [left] : [];
  });
  return { ...entry, value: { ...entry.value, entries } };
}
