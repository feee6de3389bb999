import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { WorkError } from '../../../base/errors.ts';
import { durationMs } from '../../../base/duration.ts';
import type { FromMqtt } from '../../../project/schema/sources/mqtt.ts';
import { tlsFiles, type TlsFiles, type TlsPaths } from '../tls/tlsFiles.ts';
import { topicPattern, type TopicPattern } from './topicPattern.ts';

/** What a source of messages comes to: its session, its folder, its login. */
export interface MqttPlan {
  /** Address without user and password. */
  shown: string;
  url: string;
  username: string | undefined;
  password: string | undefined;
  tls: TlsFiles;
  /** The files of `tls`, as written. */
  tlsPaths: TlsPaths;
  clientId: string;
  patterns: readonly TopicPattern[];
  qos: 0 | 1;
  sessionS: number;
  windowMs: number | null;
  forMs: number;
  payload: NonNullable<FromMqtt['payload']>;
  /** Absolute path of the spool. */
  folder: string;
}

/** Reads the settings of a source. Throws WorkError for an address that is none and a variable that is not set. */
export function mqttPlan(root: string, env: Record<string, string | undefined>, from: FromMqtt): MqttPlan {
  if (!URL.canParse(from.mqtt) || !/^mqtts?:$/.test(new URL(from.mqtt).protocol))
    throw new WorkError('`mqtt` must be the address of a broker, such as `mqtt://host:1883` or `mqtts://host:8883`.', {
      place: { file: 'loopwright.yaml' },
    });
  const url = new URL(from.mqtt);
  const read = (variable: string | undefined): string | undefined => {
    if (variable === undefined) return undefined;
    const value = Object.hasOwn(env, variable) ? env[variable] : undefined;
    if (value !== undefined && value !== '') return value;
    throw new WorkError(`The environment variable \`${variable}\` is not set; the broker needs it.`, {
      place: { file: 'loopwright.yaml' },
    });
  };
  const login = (text: string) => (text === '' ? undefined : decodeURIComponent(text));
  const shown = brokerAddress(from.mqtt);
  const topics = [from.topics].flat();
  const mark = markOf(from);
  const place = createHash('sha256').update(root).digest('hex').slice(0, 8);
  return {
    shown,
    url: shown,
    username: read(from.username_env) ?? login(url.username),
    password: read(from.password_env) ?? login(url.password),
    tls: url.protocol === 'mqtts:' ? tlsFiles(root, env, from) : withoutTls(from),
    tlsPaths: from,
    clientId: from.client_id ?? `loopwright-${place}-${mark.slice(0, 8)}`,
    patterns: topics.map(topicPattern),
    qos: from.qos === 0 ? 0 : 1,
    sessionS: Math.min(0xfffffffe, Math.round((durationMs(from.session ?? '7d') ?? 0) / 1000)),
    windowMs: from.window === undefined ? null : durationMs(from.window),
    forMs: durationMs(from.for ?? '30s') ?? 30_000,
    payload: from.payload ?? 'auto',
    folder: messageFolder(root, from),
  };
}

function withoutTls(from: FromMqtt): TlsFiles {
  const named = (['ca', 'cert', 'key'] as const).find((name) => from[name] !== undefined);
  if (named === undefined) return {};
  throw new WorkError(`\`${named}\` is for TLS, and \`mqtt://\` does not encrypt. Write \`mqtts://\`.`, {
    place: { file: 'loopwright.yaml' },
  });
}

/** Absolute path of the spool of a source. A new password or window does not change it. */
export function messageFolder(root: string, from: FromMqtt): string {
  return join(root, '.loopwright', 'spool', `mqtt-${markOf(from)}`);
}

/** The address of a broker without user and password. */
export function brokerAddress(address: string): string {
  return URL.canParse(address) ? `${new URL(address).protocol}//${new URL(address).host}` : 'mqtt';
}

function markOf(from: FromMqtt): string {
  return createHash('sha256')
    .update(JSON.stringify([brokerAddress(from.mqtt), from.client_id ?? [from.topics].flat()]))
    .digest('hex')
    .slice(0, 16);
}
