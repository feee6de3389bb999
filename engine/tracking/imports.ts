import type { Store } from '../store/store.ts';

type Sql = Pick<Store, 'sql'>;

/** An imported item of a source, by its id there: the id here, and a text for the reader's own use. */
export interface ImportNote {
  id: string;
  detail: string;
}

export function importNote({ sql }: Sql, source: string, sourceId: string): ImportNote | null {
  return (
    sql.get<ImportNote>('SELECT id, detail FROM imports WHERE source = ? AND source_id = ?', source, sourceId) ?? null
  );
}

export function setImportNote({ sql }: Sql, source: string, sourceId: string, { id, detail }: ImportNote): void {
  sql.run(
    `INSERT INTO imports (source, source_id, id, detail) VALUES (?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET id = excluded.id, detail = excluded.detail`,
    source,
    sourceId,
    id,
    detail,
  );
}

/** The sources with a name suffix that contain an id. */
export function sourcesOf({ sql }: Sql, sourceId: string, ending: string): string[] {
  return sql
    .all<{ source: string }>('SELECT source FROM imports WHERE source_id = ? AND source LIKE ?', sourceId, `%${ending}`)
    .map(({ source }) => source);
}

export function removeImportNote({ sql }: Sql, source: string, sourceId: string): void {
  sql.run('DELETE FROM imports WHERE source = ? AND source_id = ?', source, sourceId);
}

/** The notes of a source by the ids there. */
export function importNotes({ sql }: Sql, source: string): Map<string, ImportNote> {
  return new Map(
    sql
      .all<ImportNote & { sourceId: string }>(
        'SELECT source_id AS sourceId, id, detail FROM imports WHERE source = ?',
        source,
      )
      .map(({ sourceId, id, detail }) => [sourceId, { id, detail }]),
  );
}
