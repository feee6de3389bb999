import { Type, type Static } from 'typebox';
import { closed } from './fields.ts';
import { ReadSettings } from './readSettings.ts';

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

/** Roles of a column. A column without a role stays in the data but is not used for training. */
export const fieldRoles = [
  'feature',
  'target',
  'id',
  'timestamp',
  'protected',
  'prediction',
  'score',
  'query',
  'ignore',
] as const;
export type FieldRole = (typeof fieldRoles)[number];

/** Life-cycle stages of a column, as in TensorFlow Data Validation. */
export const fieldStages = ['planned', 'alpha', 'beta', 'production', 'deprecated', 'debug'] as const;

const scalar = (description: string) => Type.Union([Type.Number(), Type.String(), Type.Boolean()], { description });
const open = { additionalProperties: true };
/** Handling of rows that break a rule. */
export const invalidModes = ['fail', 'quarantine', 'warn'] as const;
export type InvalidMode = (typeof invalidModes)[number];
const mode = Type.Enum(invalidModes, {
  description:
    'fail: the stage fails. quarantine: the rows are moved to a file beside the data. warn: the rows stay and a warning is reported.',
});
/** The rules of a field that a row can break. */
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
/** The rules of a table that a row can break. */
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
          label: Type.Optional(Type.String({ description: 'Reason for the missing value.' })),
        },
        closed,
      ),
    ]),
    { description },
  );

const Constraints = Type.Object(
  {
    required: Type.Optional(Type.Boolean({ description: 'A row without a value in this column is invalid.' })),
    unique: Type.Optional(Type.Boolean({ description: 'Values must be unique.' })),
    minLength: Type.Optional(Type.Integer({ minimum: 0, description: 'Minimum length of a string.' })),
    maxLength: Type.Optional(Type.Integer({ minimum: 0, description: 'Maximum length of a string.' })),
    minimum: Type.Optional(scalar('Smallest allowed value, inclusive.')),
    maximum: Type.Optional(scalar('Largest allowed value, inclusive.')),
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
  { ...closed, description: 'Rules for each value of the column.' },
);

/** Distance measures for a column. These are Loopwright's own; each is 0 when there is no difference. */
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
            'Measure for this column: wasserstein, ks or energy for numbers, total_variation or l_infinity for texts, js, psi, hellinger or kl for both, none to skip the column.',
        }),
      ),
      threshold: Type.Optional(
        Type.Number({ minimum: 0, description: 'The column has drifted when the distance reaches this value.' }),
      ),
    },
    { ...closed, description },
  );

const FieldExtras = Type.Object(
  {
    role: Type.Optional(
      Type.Enum(fieldRoles, {
        description:
          'Role of the column: feature, target, id, timestamp, protected, prediction (the class or value that a model predicted), score (its score of the positive class), query (the query, user or session whose rows a model ranks) or ignore. Predictions, scores and queries are never features. Several targets are labels of a row (multilabel).',
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
        description: 'Smallest share of values that must be in the categories, 0 to 1. Default 1.',
      }),
    ),
    label: Type.Optional(
      Type.String({
        minLength: 1,
        description:
          'Of several targets, predictions or scores: the label that the column is about. Default: the name of a target, which the names of the other columns contain, such as `sport` and `sport_score`.',
      }),
    ),
    positive: Type.Optional(scalar('For a target with two values: the positive class.')),
    environments: Type.Optional(
      Type.Array(Type.String({ description: 'Name of an environment.' }), {
        description: 'Environments in which the column exists, such as training or serving.',
      }),
    ),
    drift: Type.Optional(comparator('How drift of this column is measured, between two periods.')),
    skew: Type.Optional(
      comparator(
        'How skew of this column is measured: between training and serving, with `loopwright data drift --comparator skew`. Default: the same as drift.',
      ),
    ),
    stage: Type.Optional(
      Type.Enum(fieldStages, {
        description:
          'Life-cycle stage of the column: planned, alpha, beta, production, deprecated or debug. Outside beta and production, the column may be absent and its broken rules are warnings. Default production.',
      }),
    ),
    finite: Type.Optional(
      Type.Boolean({
        description: 'Whether all numbers must be finite. With false, infinite values are valid. Default true.',
      }),
    ),
    decimals: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 37,
        description:
          'Digits behind the decimal point to keep exactly, up to 38 digits in all, instead of a floating-point number. 0 for whole numbers beyond 64 bits.',
      }),
    ),
    pivotYear: Type.Optional(
      Type.Integer({
        minimum: 1968,
        maximum: 2167,
        description:
          'Last year that a year of two digits (`%y` in `format`) can be, of the hundred that end with it. Default: `pivotYear` of `read`, otherwise 2068.',
      }),
    ),
    invalid: Type.Optional(
      Type.Union([mode, perRule(fieldRuleNames, 'Handling by rule.')], {
        description:
          'Handling of rows that break a rule of this column, for all rules or by rule. Default: the setting of the stage.',
      }),
    ),
    guessed: Type.Optional(
      Type.Boolean({
        description: 'The role was guessed by `loopwright data infer`. Remove this line when the role is correct.',
      }),
    ),
  },
  { ...closed, description: 'Properties of the column for machine learning.' },
);

export const Field = Type.Object(
  {
    name: Type.String({ minLength: 1, description: 'Name of the column.' }),
    type: Type.Optional(
      Type.Enum(fieldTypes, {
        description: 'Type of the values: string, number, integer, boolean, datetime, date, time, … Default any.',
      }),
    ),
    title: Type.Optional(Type.String({ description: 'Display name.' })),
    description: Type.Optional(Type.String({ description: 'Description of the column.' })),
    example: Type.Optional(Type.Unknown({ description: 'Example of a value.' })),
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
            { value: scalar('The value.'), label: Type.Optional(Type.String({ description: 'Display name.' })) },
            closed,
          ),
        ]),
        { description: 'The values of a categorical column.' },
      ),
    ),
    categoriesOrdered: Type.Optional(Type.Boolean({ description: 'The categories have an order, smallest first.' })),
    missingValues: Type.Optional(missingTexts('Texts for a missing value in this column.')),
    trueValues: Type.Optional(Type.Array(Type.String(), { description: 'Texts that mean true.' })),
    falseValues: Type.Optional(Type.Array(Type.String(), { description: 'Texts that mean false.' })),
    bareNumber: Type.Optional(Type.Boolean({ description: 'False when numbers contain symbols such as € or %.' })),
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
 * `<name>.dataset.yaml`: Frictionless Table Schema v2 with Loopwright's properties under `loopwright`. The
 * specification allows unknown keys.
 */
export const DatasetSchema = Type.Object(
  {
    $schema: Type.Optional(Type.String({ description: 'Profile of the schema.' })),
    profile: Type.Optional(
      Type.String({ description: 'Name of `$schema` in version 1 of Table Schema.', replacedBy: '$schema' }),
    ),
    name: Type.Optional(Type.String({ description: 'Name of the schema.' })),
    title: Type.Optional(Type.String({ description: 'Display name.' })),
    description: Type.Optional(Type.String({ description: 'Description of the table.' })),
    fields: Type.Array(Field, { minItems: 1, description: 'The columns, in order.' }),
    fieldsMatch: Type.Optional(
      Type.Enum(['exact', 'equal', 'subset', 'superset', 'partial'], {
        description:
          'How the columns of the data must match the fields. Default subset: the data has at least these columns, in any order.',
      }),
    ),
    missingValues: Type.Optional(missingTexts('Texts for a missing value. Default: the empty string.')),
    primaryKey: Type.Optional(key('Column or columns that identify a row.')),
    uniqueKeys: Type.Optional(
      Type.Array(key('Columns whose combination is unique.'), { description: 'Further unique combinations.' }),
    ),
    foreignKeys: Type.Optional(
      Type.Array(
        Type.Object(
          {
            fields: key('Columns of this table.'),
            reference: Type.Object(
              {
                resource: Type.Optional(Type.String({ description: 'Name of the other dataset.' })),
                fields: key('Columns of the other table.'),
              },
              { ...closed, description: 'Table that must contain the values.' },
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
          read: Type.Optional(ReadSettings),
          rows: Type.Optional(
            Type.Object(
              {
                min: Type.Optional(Type.Integer({ minimum: 0, description: 'Minimum number of rows.' })),
                max: Type.Optional(Type.Integer({ minimum: 0, description: 'Maximum number of rows.' })),
              },
              { ...closed, description: 'Number of rows that the table must have.' },
            ),
          ),
          invalid: Type.Optional(
            Type.Union([mode, perRule(tableRuleNames, 'Handling by rule.')], {
              description:
                'Handling of rows that break a rule of the table: a key, a reference to another table, or a malformed line. Default: the setting of the stage.',
            }),
          ),
        },
        { ...closed, description: 'Properties of the table for machine learning.' },
      ),
    ),
  },
  {
    ...open,
    title: 'Dataset schema',
    description: 'A Frictionless Table Schema v2, with properties for machine learning under `loopwright`.',
  },
);

export type Field = Static<typeof Field>;
export type DatasetSchema = Static<typeof DatasetSchema>;
