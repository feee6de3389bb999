import { setImmediate as nextTurn } from 'node:timers/promises';
import { checkCancelled, messageOf } from '../../base/errors.ts';
import { asDouble, asFloat, asText, fieldsOf, type Field } from './protobuf.ts';
import { tensorScalar } from './tensorScalar.ts';
import { readRecords } from './tfRecord.ts';

/** Points of one tag, as three columns of the same length. */
export interface Series {
  steps: number[];
  /** Epoch milliseconds. */
  at: number[];
  values: number[];
}

/** The contents of the event files of one folder. */
export interface EventData {
  series: Map<string, Series>;
  params: Map<string, string>;
  /** The final status of the hparams plugin: 1 done, 2 failed. */
  ended: 'finished' | 'failed' | null;
  /** Tags that are not scalars, by plugin or kind. */
  leftOut: Map<string, Set<string>>;
  /** Epoch milliseconds of the first and last event; null without events. */
  first: number | null;
  last: number | null;
  /** The plugin of each tag, which is written with its first value. */
  plugins: Map<string, string>;
}

export function emptyEvents(): EventData {
  return {
    series: new Map(),
    params: new Map(),
    ended: null,
    leftOut: new Map(),
    first: null,
    last: null,
    plugins: new Map(),
  };
}

/** Time after which other work has its turn, such as a signal to stop. */
const turnMs = 50;
/** A name of a metric has at most 250 bytes in other tools. */
const longestTag = 10_000;
const longestParam = 1 << 20;

/**
 * Adds the contents of an event file. Rejects with CancelledError once `signal` is aborted. Field numbers:
 * tensorflow/core/util/event.proto, framework/summary.proto.
 */
export async function readEvents(
  file: string,
  into: EventData,
  { tell, signal }: { tell: (message: string) => void; signal: AbortSignal | undefined },
): Promise<void> {
  let broken = 0;
  let turn = performance.now();
  for (const record of readRecords(file, tell)) {
    try {
      readEvent(record, into);
    } catch (error) {
      if (broken++ === 0) tell(`an event was left out: ${messageOf(error)}`);
    }
    if (performance.now() - turn < turnMs) continue;
    await nextTurn();
    checkCancelled(signal);
    turn = performance.now();
  }
}

function readEvent(record: Uint8Array, into: EventData): void {
  let at = 0;
  let step = 0;
  const summaries: Uint8Array[] = [];
  for (const field of fieldsOf(record)) {
    if (field.number === 1) at = Math.round(asDouble(field) * 1000);
    else if (field.number === 2 && field.type === 0) step = Number(field.value);
    else if (field.number === 5 && field.type === 2) summaries.push(field.value);
  }
  if (!Number.isSafeInteger(at)) at = 0;
  if (at > 0) {
    into.first = Math.min(into.first ?? at, at);
    into.last = Math.max(into.last ?? at, at);
  }
  for (const summary of summaries)
    for (const field of fieldsOf(summary))
      if (field.number === 1 && field.type === 2) readValue(field.value, step, at, into);
}

function readValue(bytes: Uint8Array, step: number, at: number, into: EventData): void {
  let tag = '';
  let plugin: { name: string; content: Uint8Array } | null = null;
  let simple: number | null = null;
  let tensor: Uint8Array | null = null;
  let other = '';
  for (const field of fieldsOf(bytes)) {
    if (field.number === 1) tag = tagOf(field);
    else if (field.number === 2) simple = asFloat(field);
    else if (field.number === 8 && field.type === 2) tensor = field.value;
    else if (field.number === 9 && field.type === 2) plugin = pluginOf(field.value);
    else if (field.number === 4) other = 'images';
    else if (field.number === 5) other = 'histograms';
    else if (field.number === 6) other = 'audio';
  }
  if (plugin && plugin.name !== '') into.plugins.set(tag, plugin.name);
  const name = into.plugins.get(tag) ?? '';
  if (name === 'hparams') {
    if (plugin) readHparams(plugin.content, into);
    return;
  }
  const value = simple ?? (tensor !== null && name === 'scalars' ? tensorScalar(tensor) : null);
  if (value === null) {
    const kind = other || name || 'tensors';
    into.leftOut.set(kind, (into.leftOut.get(kind) ?? new Set()).add(tag));
    return;
  }
  let series = into.series.get(tag);
  if (!series) into.series.set(tag, (series = { steps: [], at: [], values: [] }));
  series.steps.push(step);
  series.at.push(at);
  series.values.push(value);
}

function tagOf(field: Field): string {
  if (field.type === 2 && field.value.length > longestTag)
    throw new RangeError(`the name of a tag has ${field.value.length.toLocaleString('en-US')} bytes`);
  return asText(field);
}

/** The plugin of a SummaryMetadata. */
function pluginOf(metadata: Uint8Array): { name: string; content: Uint8Array } | null {
  for (const field of fieldsOf(metadata)) {
    if (field.number !== 1 || field.type !== 2) continue;
    let name = '';
    let content: Uint8Array = new Uint8Array();
    for (const part of fieldsOf(field.value)) {
      if (part.number === 1) name = asText(part);
      else if (part.number === 2 && part.type === 2) content = part.value;
    }
    return { name, content };
  }
  return null;
}

/** HParamsPluginData: the start and the end of a session. tensorboard/plugins/hparams/plugin_data.proto */
function readHparams(content: Uint8Array, into: EventData): void {
  for (const field of fieldsOf(content)) {
    if (field.type !== 2) continue;
    if (field.number === 3)
      for (const part of fieldsOf(field.value)) if (part.number === 1 && part.type === 2) readParam(part.value, into);
    if (field.number === 4)
      for (const part of fieldsOf(field.value))
        if (part.number === 1 && part.type === 0)
          into.ended = part.value === 1n ? 'finished' : part.value === 2n ? 'failed' : into.ended;
  }
}

function paramOf(field: Field): string {
  if (field.type === 2 && field.value.length > longestParam)
    throw new RangeError(`the value of a param has ${field.value.length.toLocaleString('en-US')} bytes`);
  return asText(field);
}

/** An entry of a map from text to google.protobuf.Value; lists and structures are left out. */
function readParam(entry: Uint8Array, into: EventData): void {
  let key = '';
  let value: string | null = null;
  for (const field of fieldsOf(entry)) {
    if (field.number === 1) key = tagOf(field);
    else if (field.number === 2 && field.type === 2) {
      for (const part of fieldsOf(field.value)) {
        if (part.number === 1) value = 'None';
        else if (part.number === 2) value = String(asDouble(part));
        else if (part.number === 3) value = paramOf(part);
        else if (part.number === 4 && part.type === 0) value = part.value === 0n ? 'False' : 'True';
      }
    }
  }
  if (key !== '' && value !== null) into.params.set(key, value);
  else into.leftOut.set('hparams', (into.leftOut.get('hparams') ?? new Set()).add(key));
}
