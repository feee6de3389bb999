import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { createServer, connect as connectTo, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after } from 'node:test';
import { connectAsync, type MqttClient } from 'mqtt';
import { makeProject } from './makeProject.ts';
import { until } from './until.ts';

const program = [
  '/usr/sbin/mosquitto',
  '/usr/bin/mosquitto',
  '/usr/local/sbin/mosquitto',
  '/opt/homebrew/sbin/mosquitto',
].find((path) => existsSync(path));

/** Why no broker can be started; false where one can. CI has to have it. */
export const skipsMosquitto: string | false =
  program !== undefined || process.env['CI'] ? false : 'mosquitto is not installed: apt-get install mosquitto';

export interface Broker {
  url: string;
  port: number;
  /** Stops and starts it again; sessions and messages are kept. */
  restart(): Promise<void>;
  stop(): Promise<void>;
  start(): Promise<void>;
  /** Ends it as a crash would, by SIGKILL. */
  kill(): Promise<void>;
}

export interface BrokerOptions {
  user?: { name: string; password: string };
  /** More lines of the configuration. */
  more?: readonly string[];
  /** Without it, a broker that ends forgets sessions and messages. */
  persistence?: boolean;
  /** The port for TLS, with the certificates that it needs. */
  isTls?: boolean;
}

/** Starts a broker on a free port of this machine, in a temporary folder; it is stopped after the tests of the file. */
export async function startBroker({
  user,
  more = [],
  persistence = true,
  isTls = false,
}: BrokerOptions = {}): Promise<Broker> {
  if (program === undefined) throw new Error('mosquitto is not installed: apt-get install mosquitto');
  const folder = makeProject({}, 'loopwright-mosquitto-');
  const port = await freePort();
  if (user) {
    writeFileSync(join(folder, 'passwords'), `${user.name}:${user.password}\n`);
    spawnSync('mosquitto_passwd', ['-U', join(folder, 'passwords')]);
  }
  writeFileSync(
    join(folder, 'mosquitto.conf'),
    `listener ${port} 127.0.0.1
${user ? `allow_anonymous false\npassword_file ${join(folder, 'passwords')}` : 'allow_anonymous true'}
persistence ${persistence}
persistence_location ${folder}/
max_queued_messages 0
user ${process.env['USER'] ?? 'root'}
${more.join('\n')}
`,
  );
  let child: ChildProcess | null = null;
  const start = async () => {
    const started = spawn(program, ['-c', join(folder, 'mosquitto.conf')], { stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    started.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    child = started;
    await until('the broker listens', async () => {
      if (started.exitCode !== null) throw new Error(`mosquitto ended: ${said}`);
      return answers(port);
    });
  };
  const end = async (signal: NodeJS.Signals) => {
    const running = child;
    child = null;
    if (!running || running.exitCode !== null || running.signalCode !== null) return;
    const ended = once(running, 'exit');
    running.kill(signal);
    await ended;
  };
  const stop = () => end('SIGTERM');
  await start();
  after(stop);
  return {
    url: `${isTls ? 'mqtts' : 'mqtt'}://127.0.0.1:${port}`,
    port,
    start,
    stop,
    kill: () => end('SIGKILL'),
    restart: async () => (await stop(), start()),
  };
}

/** A client that publishes with QoS 1 and waits for the acknowledgement of the broker. */
export async function publisher(
  broker: Broker,
  login: { username?: string; password?: string; ca?: Buffer; cert?: Buffer; key?: Buffer } = {},
): Promise<MqttClient> {
  const client = await connectAsync(broker.url, { protocolVersion: 5, reconnectPeriod: 50, ...login });
  client.on('error', () => {});
  after(() => void client.end(true));
  return client;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function answers(port: number): Promise<boolean> {
  const socket = connectTo(port, '127.0.0.1');
  try {
    return await new Promise((resolve) =>
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false)),
    );
  } finally {
    socket.destroy();
  }
}
