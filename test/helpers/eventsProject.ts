import { openMemory } from '../../engine/data/withDatabase.ts';
import { makeProject } from './makeProject.ts';

export interface EventsProject {
  /** Lines of the dataset schema; null for a dataset without one. */
  schema?: string | null;
  /** Entries of `from` beside the folder. */
  from?: string;
  /** Entries of `with` beside dataset and from. */
  more?: string;
}

export const clickSchema = `fields:
  - { name: id, type: string }
  - { name: at, type: datetime }
  - { name: page, type: string, constraints: { required: true, maxLength: 40 } }
  - { name: amount, type: number, constraints: { minimum: 0 } }
primaryKey: id
`;

/** A project whose stage \`clicks\` receives events. Returns its folder. */
export function eventsProject({ schema = clickSchema, from = '', more = '' }: EventsProject = {}): string {
  return makeProject({
    'loopwright.yaml': `version: 1
project: clicks
datasets:
  clicks: { path: data/clicks.parquet${schema === null ? '' : ', schema: clicks.schema.yaml'} }
stages:
  clicks: { uses: collect, with: { dataset: clicks, from: { events: data/spool${from} }${more} } }
`,
    ...(schema === null ? {} : { 'clicks.schema.yaml': schema }),
  });
}

/** The rows of a Parquet file, as JSON objects. */
export async function rowsOf(file: string, order = 'ALL'): Promise<Record<string, unknown>[]> {
  const db = await openMemory();
  try {
    const rows = await db.rows(
      `SELECT CAST(to_json(loopwright_row) AS VARCHAR) AS row FROM '${file}' loopwright_row ORDER BY ${order}`,
    );
    return rows.map(({ row }) => JSON.parse(String(row)) as Record<string, unknown>);
  } finally {
    db.close();
  }
}
