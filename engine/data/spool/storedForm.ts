import { geojsonTypes as geojsonNames } from '../parseField.ts';
import type { BrokenRule } from '../valueRules.ts';
import { parseTime } from '../../project/parseTime.ts';
import type { Field } from '../../project/schema/datasetSchema.ts';

/** How a value of JSON is stored, so that the dataset reads what was accepted. */
export interface StoredForm {
  /** The rule that a value breaks in the types that `valueRules` does not parse; null when it breaks none. */
  broken(value: unknown): BrokenRule[] | null;
  /** The value as a line holds it. */
  store(value: unknown): unknown;
}

const fits = () => null;
const geojsonTypes: ReadonlySet<string> = new Set(geojsonNames);
const topojson: ReadonlySet<string> = new Set(['Topology']);

/** The stored form of a field; null where every value is stored as it is. */
export function storedForm(field: Field): StoredForm | null {
  switch (field.type ?? 'any') {
    case 'number':
    case 'integer':
    case 'year':
      return null;
    case 'boolean':
      return { broken: fits, store: (value) => value === 1 || value === true };
    case 'datetime':
      return field.format?.includes('%')
        ? textForm
        : { broken: realDay('a datetime'), store: (value) => isoTime(value, plainTime) };
    case 'date':
      return field.format?.includes('%')
        ? textForm
        : {
            broken: realDay('a date'),
            store: (value) => (isText(value, plainDate) ? value : isoTime(value, /^$/)?.slice(0, 10)),
          };
    case 'string':
      return textForm;
    case 'time':
      return field.format?.includes('%')
        ? textForm
        : matching(/^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,6})?)?$/, 'a time');
    case 'yearmonth':
      return matching(/^-?\d{4}-(0[1-9]|1[0-2])$/, 'a yearmonth');
    case 'duration':
      return matching(
        /^-?P(?!$)(\d+W|(\d+Y)?(\d+M)?(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?)$/,
        'a duration such as P1DT12H',
      );
    case 'object':
      return ofShape((value) => isObject(value), 'an object');
    case 'array':
      return ofShape(Array.isArray, 'an array');
    case 'geojson':
      return ofShape(
        (value) =>
          isObject(value) && (field.format === 'topojson' ? topojson : geojsonTypes).has(String(value['type'])),
        'a geojson',
      );
    case 'list':
      return listForm(field);
    case 'geopoint':
      return geopointForm(field);
    default:
      return { broken: fits, store: (value) => (typeof value === 'string' ? value : JSON.stringify(value)) };
  }
}

const textForm: StoredForm = { broken: fits, store: (value) => (typeof value === 'string' ? value : String(value)) };

/** A time as ISO 8601 in UTC; a text that is in this form already keeps its digits. */
function isoTime(value: unknown, plain: RegExp): string | undefined {
  if (isText(value, plain)) return value;
  const ms = typeof value === 'number' ? value : parseTime(String(value));
  return ms === null ? undefined : new Date(ms).toISOString();
}

const plainTime = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(\.\d{1,6})?(Z|[+-]\d{2}:\d{2})?$/;
const plainDate = /^\d{4}-\d{2}-\d{2}$/;

/** Refuses days that no calendar has, such as 30 February, which `Date` takes for one in March. */
function realDay(words: string): StoredForm['broken'] {
  return (value) => {
    const day = typeof value === 'string' ? /^\d{4}-\d{2}-\d{2}/.exec(value)?.[0] : undefined;
    if (day === undefined) return null;
    const time = Date.parse(`${day}T00:00:00Z`);
    return Number.isNaN(time) || new Date(time).toISOString().slice(0, 10) !== day ? notA(words) : null;
  };
}

function isText(value: unknown, form: RegExp): value is string {
  return typeof value === 'string' && form.test(value);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function notA(words: string): BrokenRule[] {
  return [{ rule: 'type', mode: null, says: `not ${words}` }];
}

function matching(form: RegExp, words: string): StoredForm {
  return { broken: (value) => (isText(value, form) ? null : notA(words)), store: (value) => value };
}

/** A value of JSON, or the text of one. */
function ofShape(test: (value: unknown) => boolean, words: string): StoredForm {
  return {
    broken: (value) => (test(typeof value === 'string' ? parsed(value) : value) ? null : notA(words)),
    store: (value) => (typeof value === 'string' ? value : JSON.stringify(value)),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function listForm({ delimiter = ',', itemType = 'string' }: Field): StoredForm {
  const item = itemTests[itemType] ?? (() => true);
  const itemsOf = (value: unknown) =>
    typeof value === 'string' ? value.split(delimiter) : Array.isArray(value) ? (value as unknown[]) : null;
  const isItem = (one: unknown) =>
    ['string', 'number', 'boolean'].includes(typeof one) &&
    !String(one).includes(delimiter) &&
    item(String(one).trim());
  return {
    broken: (value) => (itemsOf(value)?.every(isItem) ? null : notA(`a list of ${itemType}s`)),
    store: (value) => (!Array.isArray(value) ? value : value.length === 0 ? null : value.join(delimiter)),
  };
}

const itemTests: Readonly<Record<string, (text: string) => boolean>> = {
  integer: (text) => /^[+-]?\d{1,18}$/.test(text),
  number: (text) => text !== '' && Number.isFinite(Number(text)),
  boolean: (text) => /^(true|false|0|1)$/i.test(text),
  datetime: (text) => plainTime.test(text) || plainDate.test(text),
  date: (text) => plainDate.test(text),
  time: (text) => /^\d{2}:\d{2}:\d{2}$/.test(text),
};

function geopointForm({ format }: Field): StoredForm {
  const isPoint = (lon: unknown, lat: unknown) => Math.abs(Number(lon)) <= 180 && Math.abs(Number(lat)) <= 90;
  const test = (given: unknown): boolean => {
    const value =
      format === 'array' || format === 'object' ? (typeof given === 'string' ? parsed(given) : given) : given;
    if (format === 'array') return Array.isArray(value) && value.length === 2 && isPoint(value[0], value[1]);
    if (format === 'object') return isObject(value) && isPoint(value['lon'], value['lat']);
    const parts = typeof value === 'string' ? value.split(',') : [];
    return parts.length === 2 && parts.every((part) => part.trim() !== '') && isPoint(parts[0], parts[1]);
  };
  return {
    broken: (value) => (test(value) ? null : notA('a geopoint')),
    store: (value) => (typeof value === 'string' ? value : JSON.stringify(value)),
  };
}
