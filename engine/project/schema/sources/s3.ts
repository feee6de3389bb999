import { Type } from 'typebox';
import { closed } from '../fields.ts';

export const FromS3 = Type.Object(
  {
    s3: Type.String({
      pattern: '^s3://[^/]+/.+',
      description:
        'Objects by bucket and key, with wildcards: `s3://bucket/prefix/*.parquet`. Only changed objects are fetched. Credentials are read from AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN.',
      examples: ['s3://bucket/prefix/*.parquet'],
    }),
    endpoint: Type.Optional(
      Type.String({
        format: 'url',
        description: 'Address of an S3-compatible store. Default: Amazon S3 of the region.',
      }),
    ),
    region: Type.Optional(
      Type.String({ minLength: 1, description: 'Region of the bucket. Default: AWS_REGION, otherwise us-east-1.' }),
    ),
  },
  closed,
);
