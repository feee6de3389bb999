import type { CollectSource } from '../../project/schema/collectStage.ts';
import { fromCommand } from './commandSource.ts';
import { fromEvents } from './eventsSource.ts';
import { fromFiles } from './filesSource.ts';
import { fromUrl } from './httpSource.ts';
import { fromDuckdb } from './duckdbSource.ts';
import { fromLake, lakeTable } from './lakeSource.ts';
import { mysqlPlace } from './mysqlAddress.ts';
import { fromMysql } from './mysqlSource.ts';
import { withoutCredentials } from './redact.ts';
import { fromLogs } from './logsSource.ts';
import { fromS3 } from './objectStoreSource.ts';
import { brokerAddress } from './mqtt/mqttPlan.ts';
import { fromMqtt } from './mqttSource.ts';
import { fromPython, pythonIdentity, pythonPlace } from './pythonSource.ts';
import { fromPostgres } from './postgresSource.ts';
import { fromSqlite } from './sqliteSource.ts';
import { isSqlFile } from '../../project/graph.ts';
import type { Received, SourceContext } from './source.ts';

/** Reads the rows of a source of any kind. Rejects with WorkError, ProjectError or CancelledError. */
export async function receive(context: SourceContext, from: CollectSource): Promise<Received> {
  if ('files' in from) return fromFiles(context, [from.files].flat(), from);
  if ('url' in from) return fromUrl(context, from);
  if ('postgres' in from) return fromPostgres(context, from);
  if ('mysql' in from) return fromMysql(context, from);
  if ('sqlite' in from) return fromSqlite(context, from);
  if ('duckdb' in from) return fromDuckdb(context, from);
  if ('delta' in from || 'iceberg' in from) return fromLake(context, lakeTable(from));
  if ('python' in from) return fromPython(context, from);
  if ('s3' in from) return fromS3(context, from);
  if ('events' in from) return fromEvents(context, from);
  if ('mqtt' in from) return fromMqtt(context, from);
  if ('logs' in from) return fromLogs(context, from);
  return fromCommand(context, from);
}

/**
 * Returns what identifies a source: what is read and from where. Passwords, headers, certificates and the size of a
 * batch do not belong to it, so that a new password does not read everything again.
 */
export function sourceIdentity(from: CollectSource): string {
  const asked = Object.fromEntries(Object.entries(from).filter(([name]) => !access.has(name)));
  const place =
    'mysql' in from
      ? { mysql: mysqlPlace(from.mysql) }
      : 'python' in from
        ? { python: pythonIdentity(from.python) }
        : {};
  return withoutCredentials(JSON.stringify({ ...asked, ...place }));
}

/** Keys that say how a source is reached, not what is read. */
const access = new Set(['headers', 'batch', 'timeout', 'ssl', 'ca', 'cert', 'key', 'key_password_env']);

/** Describes a source in one line. The caller must remove secrets. */
export function describeSource(from: CollectSource): string {
  const query = 'query' in from ? ` · ${isSqlFile(from.query) ? from.query.trim() : shortened(from.query)}` : '';
  if ('files' in from) return [from.files].flat().join(', ');
  if ('url' in from) return from.url;
  if ('postgres' in from) return `${whereOf(from.postgres)}${query}`;
  if ('mysql' in from) return `${mysqlPlace(from.mysql)}${query}`;
  if ('sqlite' in from) return `${from.sqlite}${query}`;
  if ('mqtt' in from) return `${brokerAddress(from.mqtt)} · ${[from.topics].flat().join(', ')}`;
  if ('duckdb' in from) return `${from.duckdb}${query}`;
  if ('delta' in from) return from.delta;
  if ('iceberg' in from) return from.iceberg;
  if ('python' in from) return `${pythonPlace(from.python)}${query}`;
  if ('events' in from) return `events in ${from.events}`;
  if ('logs' in from) return [from.logs].flat().join(', ');
  return 's3' in from ? from.s3 : `$ ${shortened(from.command)}`;
}

/** Returns host and database of an address, without user, password and settings. */
function whereOf(address: string): string {
  return URL.canParse(address) ? `postgres://${new URL(address).host}${new URL(address).pathname}` : 'postgres';
}

function shortened(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length > 120 ? `${line.slice(0, 117)}…` : line;
}
