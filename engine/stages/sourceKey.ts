import { createHash } from 'node:crypto';
import { queryText } from '../data/sources/queryText.ts';
import { sourceIdentity } from '../data/sources/receive.ts';
import { combinedHash } from '../fingerprint/fileFingerprints.ts';
import type { CollectSource } from '../project/schema/collectStage.ts';
import { datasetOf, type StageContext } from './stageContext.ts';

/** The key of a source: what is read, from where, and the schema that checks it. A new password does not change it. */
export function sourceKey(
  context: Pick<StageContext, 'project' | 'config' | 'fingerprints'>,
  from: CollectSource,
  dataset: string,
  invalid: string,
): string {
  const query = 'query' in from ? queryText(context.project.root, from.query).sql : '';
  const { schemaPath, read } = datasetOf(context, dataset);
  const schema = schemaPath === null ? '' : combinedHash(context.fingerprints.of([schemaPath]));
  return createHash('sha256')
    .update(JSON.stringify([sourceIdentity(from), query, schema, invalid, ...(read === undefined ? [] : [read])]))
    .digest('hex');
}
