import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, openSync, rmSync, statSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { mqttPlan } from '../engine/data/sources/mqtt/mqttPlan.ts';
import { receiveMessages } from '../engine/data/sources/mqtt/receiveMessages.ts';
import { publisher, startBroker } from '../test/helpers/mosquitto.ts';

// Messages a second of QoS 1 that a session takes from a real mosquitto, which has kept them: the receiver of
// `loopwright collect --listen`, where each is on disk before it is acknowledged, beside `mosquitto_sub` that writes a
// file and syncs nothing. In turns. Run: node_modules/.bin/node bench/mqtt.ts [messages] [rounds]
const messages = Number(process.argv[2] ?? 20_000);
const rounds = Number(process.argv[3] ?? 3);
const folder = mkdtempSync(join(tmpdir(), 'loopwright-bench-mqtt-'));
const broker = await startBroker();
const client = await publisher(broker);
const plan = mqttPlan(folder, {}, { mqtt: broker.url, topics: 'bench/own', client_id: 'own' });
const options = { signal: new AbortController().signal, log: () => {} };
const peer = [
  '-V',
  'mqttv5',
  '-c',
  '-x',
  '3600',
  '-i',
  'peer',
  '-q',
  '1',
  '-p',
  String(broker.port),
  '-t',
  'bench/peer',
];

async function publish(topic: string): Promise<void> {
  const head = '{"sensor":"plant-7","at":"2026-03-01T12:00:00.000Z","temp":21.53,"note":"';
  for (let sent = 0; sent < messages; sent += 500)
    await Promise.all(
      Array.from({ length: Math.min(500, messages - sent) }, (_, i) => {
        const start = `${head}${sent + i}`;
        return client.publishAsync(topic, `${start}${'x'.repeat(198 - start.length)}"}`, { qos: 1 });
      }),
    );
}

async function own(): Promise<number> {
  await (await receiveMessages(plan, null, options)).close();
  await publish('bench/own');
  const start = performance.now();
  const receiver = await receiveMessages(plan, null, options);
  while (receiver.counts().received < messages) await pause(2);
  const seconds = (performance.now() - start) / 1000;
  await receiver.close();
  return messages / seconds;
}

async function sub(): Promise<number> {
  spawnSync('mosquitto_sub', [...peer, '-E']);
  await publish('bench/peer');
  const file = join(folder, 'peer.ndjson');
  const start = performance.now();
  const child = spawn('mosquitto_sub', [...peer, '-C', String(messages)], {
    stdio: ['ignore', openSync(file, 'w'), 'inherit'],
  });
  await once(child, 'close');
  const seconds = (performance.now() - start) / 1000;
  if (statSync(file).size !== messages * 201) throw new Error(`mosquitto_sub wrote ${statSync(file).size} bytes`);
  return messages / seconds;
}

console.log(
  `load average ${loadavg()
    .map((one) => one.toFixed(1))
    .join(', ')}`,
);
for (let round = 0; round < rounds; round++) {
  const [ours, theirs] = [await own(), await sub()];
  console.log(
    `loopwright ${Math.round(ours).toLocaleString('en-US')} messages/s, mosquitto_sub ${Math.round(theirs).toLocaleString('en-US')} messages/s: ${(ours / theirs).toFixed(2)}`,
  );
}
await client.endAsync();
await broker.stop();
rmSync(folder, { recursive: true, force: true });
