import { Type, type Static } from 'typebox';
import { closed } from './fields.ts';

/** The field types of Frictionless Table Schema v2. */
export const fieldTypes = [
  'string',
  'number',
  'integer',
  'boolean',
  'object',
  'array',
  'list',
  'datetime',
  'date',
  'time',
  'year',
  'yearmonth',
  'duration',
  'geopoint',
  'geojson',
  'any',
] as const;
export type FieldType = (typeof fieldTypes)[number];

/** What a column is for. A column without a role is carried along and not used by training. */
export const fieldRoles = [
  'feature',
  'target',
  'id',
  'timestamp',
  'protected',
  'prediction',
  'score',
  'ignore',
] as const;
export type FieldRole = (typeof fieldRoles)[number];

/** Where a column is in its life, as TensorFlow Data Validation's life-cycle stages. */
export const fieldStages = ['planned', 'alpha', 'beta', 'production', 'deprecated', 'debug'] as const;

const scalar = (description: string) => Type.Union([Type.Number(), Type.String(), Type.Boolean()], { description });
const open = { additionalProperties: true };
/** What happens to rows that break a rule. */
export const invalidModes = ['fail', 'quarantine', 'warn'] as const;
export type InvalidMode = (typeof invalidModes)[number];
const mode = Type.Enum(invalidModes, {
  description: 'fail: the stage fails. quarantine: the rows are set aside. warn: they stay, with a warning.',
});
/** The rules of a field that can be broken by a row. */
export const fieldRuleNames = [
  'required',
  'type',
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'minLength',
  'maxLength',
  'pattern',
  'enum',
  'categories',
  'unique',
  'jsonSchema',
] as const;
/** The rules of a table that can be broken by a row. */
export const tableRuleNames = ['line', 'primaryKey', 'uniqueKeys', 'foreignKeys'] as const;
const perRule = (names: readonly string[], description: string) =>
  Type.Object(
    Object.fromEntries(names.map((name) => [name, Type.Optional(mode)])) as Record<
      string,
      ReturnType<typeof Type.Optional<typeof mode>>
    >,
    { ...closed, description },
  );
const missingTexts = (description: string) =>
  Type.Array(
    Type.Union([
      Type.String(),
      Type.Object(
        {
          value: Type.String({ description: 'The text.' }),
          label: Type.Optional(Type.String({ description: 'Why there is no value.' })),
        },
        closed,
      ),
    ]),
    { description },
  );

const Constraints = Type.Object(
  {
    required: Type.Optional(Type.Boolean({ description: 'A row without a value in this column is invalid.' })),
    unique: Type.Optional(Type.Boolean({ description: 'No value may stand in two rows.' })),
    minLength: Type.Optional(Type.Integer({ minimum: 0, description: 'Fewest characters of a string.' })),
    maxLength: Type.Optional(Type.Integer({ minimum: 0, description: 'Most characters of a string.' })),
    minimum: Type.Optional(scalar('Smallest value allowed, itself included.')),
    maximum: Type.Optional(scalar('Largest value allowed, itself included.')),
    exclusiveMinimum: Type.Optional(scalar('Values must be larger than this.')),
    exclusiveMaximum: Type.Optional(scalar('Values must be smaller than this.')),
    jsonSchema: Type.Optional(
      Type.Unknown({ description: 'A JSON Schema that a value of type object or array must meet.' }),
    ),
    pattern: Type.Optional(
      Type.String({ description: 'Regular expression that the whole string must match.', format: 'regex' }),
    ),
    enum: Type.Optional(
      Type.Array(scalar('An allowed value.'), { minItems: 1, description: 'The only values allowed.' }),
    ),
  },
  { ...closed, description: 'Rules that each value of the column must meet.' },
);

/** Distances by which a column can be compared; Loopwright's own, each from 0 for no difference. */
export const comparatorMeasures = [
  'wasserstein',
  'js',
  'psi',
  'ks',
  'hellinger',
  'kl',
  'energy',
  'total_variation',
  'l_infinity',
  'none',
] as const;
const comparator = (description: string) =>
  Type.Object(
    {
      measure: Type.Optional(
        Type.Enum(comparatorMeasures, {
          description:
            'Measure for this column: wasserstein, ks or energy for numbers, total_variation or l_infinity for texts, js, psi, hellinger or kl for both, none to leave it out.',
        }),
      ),
      threshold: Type.Optional(Type.Number({ minimum: 0, description: 'The column differs from this value on.' })),
    },
    { ...closed, description },
  );

const FieldExtras = Type.Object(
  {
    role: Type.Optional(
      Type.Enum(fieldRoles, {
        description: 'What the column is for: feature, target, id, timestamp, protected, prediction, score or ignore.',
      }),
    ),
    unit: Type.Optional(
      Type.String({ format: 'unit', description: 'Unit of the values, such as EUR, km or s; shown beside numbers.' }),
    ),
    presence: Type.Optional(
      Type.Number({ minimum: 0, maximum: 1, description: 'Smallest share of rows that must have a value, 0 to 1.' }),
    ),
    domainMass: Type.Optional(
      Type.Number({
        minimum: 0,
        maximum: 1,
        description: 'Smallest share of values that must lie in the categories, 0 to 1. Default 1.',
      }),
    ),
    positive: Type.Optional(scalar('Of a target with two values: the one that counts as positive.')),
    environments: Type.Optional(
      Type.Array(Type.String({ description: 'Name of an environment.' }), {
        description: 'Environments in which the column exists, such as training or serving.',
      }),
    ),
    drift: Type.Optional(comparator('How drift of this column is measured: between one time and another.')),
    skew: Type.Optional(
      comparator(
        'How skew of this column is measured: between training and serving, with `loopwright data drift --comparator skew`. Default: as drift.',
      ),
    ),
    stage: Type.Optional(
      Type.Enum(fieldStages, {
        description:
          'Where the column is in its life: planned, alpha, beta, production, deprecated or debug. Outside beta and production it may be absent and its broken rules are warnings. Default production.',
      }),
    ),
    finite: Type.Optional(
      Type.Boolean({
        description: 'Whether every number has to be finite. With false, infinite values are fine. Default true.',
      }),
    ),
    invalid: Type.Optional(
      Type.Union([mode, perRule(fieldRuleNames, 'By rule.')], {
        description:
          'What happens to rows that break a rule of this column, for all rules or by rule. Default: as the stage says.',
      }),
    ),
    guessed: Type.Optional(
      Type.Boolean({
        description: 'The role was guessed by `loopwright data infer`. Remove this line when it is right.',
      }),
    ),
  },
  { ...closed, description: 'What machine learning needs to know of the column.' },
);

export const Field = Type.Object(
  {
    name: Type.String({ minLength: 1, description: 'Name of the column.' }),
    type: Type.Optional(
      Type.Enum(fieldTypes, {
        description: 'Type of the values: string, number, integer, boolean, datetime, date, time, … Default any.',
      }),
    ),
    title: Type.Optional(Type.String({ description: 'Name for people.' })),
    description: Type.Optional(Type.String({ description: 'What the column holds.' })),
    example: Type.Optional(Type.Unknown({ description: 'A value as an example.' })),
    format: Type.Optional(
      Type.String({ description: 'Format of the type, such as email, uri, uuid or a date pattern.' }),
    ),
    rdfType: Type.Optional(Type.String({ description: 'URI of the RDF class.' })),
    constraints: Type.Optional(Constraints),
    categories: Type.Optional(
      Type.Array(
        Type.Union([
          scalar('A category.'),
          Type.Object(
            { value: scalar('The value.'), label: Type.Optional(Type.String({ description: 'Name for people.' })) },
            closed,
          ),
        ]),
        { description: 'The values of a categorical column.' },
      ),
    ),
    categoriesOrdered: Type.Optional(Type.Boolean({ description: 'The categories have an order, smallest first.' })),
    missingValues: Type.Optional(missingTexts('Texts that mean no value in this column.')),
    trueValues: Type.Optional(Type.Array(Type.String(), { description: 'Texts that mean true.' })),
    falseValues: Type.Optional(Type.Array(Type.String(), { description: 'Texts that mean false.' })),
    bareNumber: Type.Optional(Type.Boolean({ description: 'False when numbers carry signs such as € or %.' })),
    decimalChar: Type.Optional(Type.String({ description: 'Character of the decimal point. Default `.`.' })),
    groupChar: Type.Optional(Type.String({ description: 'Character between thousands.' })),
    delimiter: Type.Optional(Type.String({ description: 'Character between the items of a list.' })),
    itemType: Type.Optional(
      Type.Enum(['string', 'integer', 'boolean', 'number', 'datetime', 'date', 'time'], {
        description:
          'Type of the items of a list: string, integer, boolean, number, datetime, date or time. Default string.',
      }),
    ),
    loopwright: Type.Optional(FieldExtras),
  },
  { ...open, description: 'One column.' },
);

const key = (description: string) =>
  Type.Union([Type.String(), Type.Array(Type.String(), { minItems: 1 })], { description });

/**
 * `<name>.dataset.yaml`: Frictionless Table Schema v2 with our extras under `loopwright`. Unknown keys are legal there,
 * by the spec.
 */
export const DatasetSchema = Type.Object(
  {
    $schema: Type.Optional(Type.String({ description: 'Profile of the schema.' })),
    profile: Type.Optional(
      Type.String({ description: 'What version 1 of Table Schema called `$schema`.', replacedBy: '$schema' }),
    ),
    name: Type.Optional(Type.String({ description: 'Name of the schema.' })),
    title: Type.Optional(Type.String({ description: 'Name for people.' })),
    description: Type.Optional(Type.String({ description: 'What the table holds.' })),
    fields: Type.Array(Field, { minItems: 1, description: 'The columns, in order.' }),
    fieldsMatch: Type.Optional(
      Type.Enum(['exact', 'equal', 'subset', 'superset', 'partial'], {
        description:
          'How the columns of the data must match the fields. Default exact order is not required here: subset.',
      }),
    ),
    missingValues: Type.Optional(missingTexts('Texts that mean no value. Default: the empty text.')),
    primaryKey: Type.Optional(key('Column or columns that name a row.')),
    uniqueKeys: Type.Optional(
      Type.Array(key('Columns whose combination is unique.'), { description: 'Further unique combinations.' }),
    ),
    foreignKeys: Type.Optional(
      Type.Array(
        Type.Object(
          {
            fields: key('Columns here.'),
            reference: Type.Object(
              {
                resource: Type.Optional(Type.String({ description: 'Name of the other dataset.' })),
                fields: key('Columns there.'),
              },
              { ...closed, description: 'Where the values must exist.' },
            ),
          },
          closed,
        ),
        { description: 'Columns whose values must exist in another table.' },
      ),
    ),
    loopwright: Type.Optional(
      Type.Object(
        {
          environments: Type.Optional(
            Type.Array(Type.String(), { description: 'Environments of the life cycle, such as training and serving.' }),
          ),
          rows: Type.Optional(
            Type.Object(
              {
                min: Type.Optional(Type.Integer({ minimum: 0, description: 'Fewest rows.' })),
                max: Type.Optional(Type.Integer({ minimum: 0, description: 'Most rows.' })),
              },
              { ...closed, description: 'How many rows the table must have.' },
            ),
          ),
          invalid: Type.Optional(
            Type.Union([mode, perRule(tableRuleNames, 'By rule.')], {
              description:
                'What happens to rows that break a rule of the table: a key, a reference to another table, or a line that is no row. Default: as the stage says.',
            }),
          ),
        },
        { ...closed, description: 'What machine learning needs to know of the table.' },
      ),
    ),
  },
  {
    ...open,
    title: 'Dataset schema',
    description: 'A Frictionless Table Schema v2, with what machine learning needs under `loopwright`.',
  },
);

export type Field = Static<typeof Field>;
export type DatasetSchema = Static<typeof DatasetSchema>;
