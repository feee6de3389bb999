import { categoryValues } from '../data/fieldRules.ts';
import { belongs, isRequired } from '../data/validateTable.ts';
import { typeOfFeature } from '../models/feature.ts';
import type { InputType } from '../models/flavours/flavour.ts';
import type { DatasetSchema, Field } from '../project/schema/datasetSchema.ts';
import type { AnsweringVersion } from './answerRequest.ts';
import type { RowSchema } from './rowSchema.ts';
import { schemaOfVersion } from './schemaOfVersion.ts';
import type { ServeTarget } from './serveTarget.ts';
import { typedClasses } from './typedClasses.ts';

type Json = Record<string, unknown>;

/**
 * GET /openapi.json: the API of the served version as OpenAPI 3.1, with the fields of a row and their rules as JSON
 * Schema. Rules that JSON Schema has no word for, such as bounds on times, are in the descriptions.
 */
export function openApi(
  { model: { meta }, version }: AnsweringVersion,
  { name, schema: ofProject, columns, token }: Pick<ServeTarget, 'name' | 'schema' | 'columns' | 'token'>,
  { required }: Pick<RowSchema, 'required'>,
): Json {
  const schema = schemaOfVersion(version.report, ofProject);
  const others = [columns?.key, columns?.time].filter(
    (field) => typeof field === 'string' && !meta.features.some((feature) => feature.name === field),
  );
  const named = (field: string) => schema?.fields.find((one) => one.name === field);
  const properties = Object.fromEntries([
    ...meta.features.map((feature) => [
      feature.name,
      propertyOf(named(feature.name) ?? null, typeOfFeature(feature), schema),
    ]),
    ...others.map((field) => [field, propertyOf(named(String(field)) ?? null, null, schema)]),
  ]) as Json;
  const target = named(meta.target) ?? null;
  const classes = version.report.classes ?? (meta.task === 'regression' ? null : meta.classes);
  const value = classes ? { enum: typedClasses(classes, target) } : { type: 'number' };
  return {
    openapi: '3.1.0',
    info: { title: `${name}: ${version.model}`, version: String(version.version) },
    ...(token !== null && { security: [{ token: [] }] }),
    paths: {
      '/predict': {
        post: {
          summary: 'Predictions for rows',
          requestBody: {
            required: true,
            content: {
              'application/json': {
                schema: {
                  type: 'object',
                  required: ['instances'],
                  properties: {
                    instances: {
                      type: 'array',
                      minItems: 1,
                      maxItems: 10_000,
                      items: { $ref: '#/components/schemas/Row' },
                    },
                  },
                },
              },
            },
          },
          responses: {
            '200': answerOf('A prediction, or the errors, of each row, in their order.', 'Answer'),
            default: answerOf('The request is refused.', 'Refusal'),
          },
        },
      },
      '/signature': {
        get: { summary: 'The inputs of the served version', responses: { '200': { description: 'Inputs.' } } },
      },
      '/health': {
        get: {
          summary: 'Whether the model answers',
          responses: { '200': { description: 'It does.' }, '503': { description: 'It does not.' } },
        },
      },
      '/metrics': { get: { summary: 'Counts and times', responses: { '200': { description: 'OpenMetrics text.' } } } },
    },
    components: {
      ...(token !== null && { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } }),
      schemas: {
        Row: { type: 'object', properties, required },
        Violation: {
          type: 'object',
          required: ['field', 'rule', 'value', 'message'],
          properties: {
            row: { type: 'integer' },
            field: { type: ['string', 'null'] },
            rule: { type: 'string' },
            value: { type: ['string', 'null'] },
            misspelt: { type: 'string' },
            message: { type: 'string' },
          },
        },
        Answer: {
          type: 'object',
          required: ['model', 'model_version', 'predictions'],
          properties: {
            model: { type: 'string' },
            model_version: { type: 'integer' },
            threshold: { type: 'object' },
            predictions: {
              type: 'array',
              items: {
                type: 'object',
                required: ['score', 'prediction', 'value'],
                properties: {
                  score: { type: ['number', 'null'] },
                  prediction: { type: ['string', 'null'] },
                  value: { anyOf: [value, { type: 'null' }] },
                  probabilities: { type: 'object', additionalProperties: { type: 'number' } },
                  warnings: { type: 'array', items: { $ref: '#/components/schemas/Violation' } },
                  errors: { type: 'array', items: { $ref: '#/components/schemas/Violation' } },
                },
              },
            },
          },
        },
        Refusal: {
          type: 'object',
          required: ['error'],
          properties: {
            error: { type: 'string' },
            violations: { type: 'array', items: { $ref: '#/components/schemas/Violation' } },
            violation_count: { type: 'integer' },
          },
        },
      },
    },
  };
}

function answerOf(description: string, schema: string): Json {
  return { description, content: { 'application/json': { schema: { $ref: `#/components/schemas/${schema}` } } } };
}

/** A field of a row as JSON Schema; null where the schema does not require a value. */
function propertyOf(field: Field | null, input: InputType | null, schema: DatasetSchema | null): Json {
  const type = field?.type ?? (input === null ? 'any' : input === 'text' ? 'string' : input);
  const c = field?.constraints ?? {};
  const isNumeric = ['number', 'integer', 'year'].includes(type);
  const isRequiredField =
    field !== null && schema !== null && belongs(field, schema, 'serving') && isRequired(field, schema);
  const allowed = field?.categories && field.categories.length > 0 ? categoryValues(field) : c.enum;
  const bounds = Object.entries(c).filter(([rule]) => /^(exclusive)?(minimum|maximum)$/i.test(rule));
  const described = [
    field?.description ?? field?.title,
    field?.loopwright?.unit === undefined ? undefined : `In ${field.loopwright.unit}.`,
    isNumeric || bounds.length === 0
      ? undefined
      : `${bounds.map(([rule, limit]) => `${rule} ${String(limit)}`).join(', ')}.`,
  ].filter((part) => part !== undefined);
  const types = [...typesOf(type), ...(isRequiredField ? [] : ['null'])];
  return {
    ...(typesOf(type).length > 0 && { type: types.length === 1 ? types[0] : types }),
    ...(described.length > 0 && { description: described.join(' ') }),
    ...(isNumeric && Object.fromEntries(bounds.map(([rule, limit]) => [rule, Number(limit)]))),
    ...(type === 'string' && c.minLength !== undefined && { minLength: c.minLength }),
    ...(type === 'string' && c.maxLength !== undefined && { maxLength: c.maxLength }),
    ...(type === 'string' && c.pattern !== undefined && { pattern: `^(?:${c.pattern})$` }),
    ...(allowed && {
      enum: [...(type === 'string' ? allowed.map(String) : allowed), ...(isRequiredField ? [] : [null])],
    }),
    ...((type === 'datetime' || type === 'date') && { examples: ['2026-05-01T12:00:00Z'] }),
  };
}

/** The types of JSON that a field takes; none when it takes any. */
function typesOf(type: string): string[] {
  switch (type) {
    case 'number':
      return ['number'];
    case 'integer':
    case 'year':
      return ['integer'];
    case 'boolean':
      return ['boolean'];
    case 'string':
      return ['string'];
    case 'datetime':
    case 'date':
      return ['string', 'number'];
    default:
      return [];
  }
}
