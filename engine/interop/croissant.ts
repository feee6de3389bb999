import { DataError } from '../base/errors.ts';
import type { DatasetSchema, Field } from '../project/schema/datasetSchema.ts';
import { isRecord, listIn, textIn, type Imported } from './imported.ts';

/**
 * Converts the record sets of a Croissant 1.0 or 1.1 description (JSON-LD) to dataset schemas with names, types, keys
 * and references to other record sets. The locations and SHA-256 hashes of the files are returned as notes. Throws
 * DataError when the description has no record set.
 */
export function importCroissant(document: unknown): Imported[] {
  const sets = isRecord(document) ? listIn(document, 'recordSet').filter(isRecord) : [];
  if (!isRecord(document) || sets.length === 0)
    throw new DataError('The file has no `recordSet`: it is not a Croissant description, or it describes only files.');
  const notes = listIn(document, 'distribution')
    .filter(isRecord)
    .flatMap((file) => {
      const [url, hash] = [textIn(file, 'contentUrl'), textIn(file, 'sha256')];
      return url === null
        ? []
        : [
            `Read its data with \`from: { url: ${url}${hash === null ? '' : `, sha256: ${hash}`} }\` in a collect stage, if the address is an HTTP address.`,
          ];
    });
  return sets.map((set) => {
    const own: string[] = [...notes];
    const fields = listIn(set, 'field').filter(isRecord);
    const described = [set, document].map((place) => textIn(place, 'description')).find((text) => text !== null);
    const keys = listIn(set, 'key')
      .map(idOf)
      .filter((id) => id !== null)
      .map(lastPart);
    const references = fields.flatMap((field) => {
      const there = isRecord(field['references']) ? idOf(field['references']['field'] ?? field['references']) : null;
      return there === null
        ? []
        : [
            {
              fields: nameOf(field),
              reference: { resource: there.split('/').slice(0, -1).join('/'), fields: lastPart(there) },
            },
          ];
    });
    const schema: DatasetSchema = {
      ...(described ? { description: described } : {}),
      fields: fields.map((field) => importField(field, own)),
      ...(keys.length === 0 ? {} : { primaryKey: keys.length === 1 ? (keys[0] ?? '') : keys }),
      ...(references.length === 0 ? {} : { foreignKeys: references }),
    };
    return { name: textIn(set, 'name') ?? lastPart(textIn(set, '@id') ?? 'table'), schema, notes: own };
  });
}

const types: Record<string, Field['type']> = {
  text: 'string',
  integer: 'integer',
  int8: 'integer',
  int16: 'integer',
  int32: 'integer',
  int64: 'integer',
  uint8: 'integer',
  uint16: 'integer',
  uint32: 'integer',
  uint64: 'integer',
  float: 'number',
  number: 'number',
  float16: 'number',
  float32: 'number',
  float64: 'number',
  boolean: 'boolean',
  date: 'date',
  datetime: 'datetime',
  time: 'time',
  url: 'string',
  geocoordinates: 'geojson',
};

function importField(field: Record<string, unknown>, notes: string[]): Field {
  const name = nameOf(field);
  const kinds = listIn(field, 'dataType').map((type) => lastPart(String(type).replace(/^.*:/, '')).toLowerCase());
  const type = kinds.map((kind) => types[kind]).find((known) => known !== undefined);
  if (type === undefined)
    notes.push(
      `${name}: the type ${listIn(field, 'dataType').join(', ') || '(none)'} has no counterpart; it is \`any\`.`,
    );
  const description = textIn(field, 'description');
  const repeated = field['repeated'] === true || field['isArray'] === true;
  return {
    name,
    type: repeated ? 'array' : (type ?? 'any'),
    ...(kinds.includes('url') && !repeated ? { format: 'uri' } : {}),
    ...(description === null ? {} : { description }),
  };
}

function nameOf(field: Record<string, unknown>): string {
  const source =
    isRecord(field['source']) && isRecord(field['source']['extract'])
      ? textIn(field['source']['extract'], 'column')
      : null;
  return source ?? textIn(field, 'name') ?? lastPart(textIn(field, '@id') ?? 'field');
}

function idOf(value: unknown): string | null {
  return typeof value === 'string' ? value : isRecord(value) ? textIn(value, '@id') : null;
}

function lastPart(id: string): string {
  return id.split('/').at(-1) ?? id;
}
