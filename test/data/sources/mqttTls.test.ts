// TLS with a real mosquitto and certificates of openssl. Variations: an authority of one's own, none, another one; a
// certificate for another host, and one that has expired; a client certificate that is missing, right, of another
// authority, with a key that is locked, unlocked, of another certificate or left out; files that are missing, no PEM or
// damaged; a port without TLS and an address without TLS.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeCertificates, type Certificates, type Pair } from '../../helpers/certificates.ts';
import { makeProject } from '../../helpers/makeProject.ts';
import { publisher, skipsMosquitto, startBroker } from '../../helpers/mosquitto.ts';
import { peekIn } from '../../helpers/peekIn.ts';
import { runIn } from '../../helpers/runIn.ts';

const options = { skip: skipsMosquitto };
// Without a broker, the tests below are skipped.
const made = (skipsMosquitto === false ? makeCertificates() : null) as Certificates;

const withTls = ({ cert, key }: Pair, more: readonly string[] = []) =>
  startBroker({ isTls: true, more: [`certfile ${cert}`, `keyfile ${key}`, ...more] });

/** The sentence of a preview that fails; empty when it does not. */
async function told(url: string, from: object, env: Record<string, string> = {}): Promise<string> {
  return peekIn(makeProject({}), { mqtt: url, topics: 'p/#', ...from }, { env }).then(
    () => '',
    (error: Error) => error.message,
  );
}

test('messages arrive by TLS from a broker with an authority of its own', options, async () => {
  const broker = await withTls(made.server);
  const root = makeProject({
    'loopwright.yaml': `version: 1
project: plant
datasets: { readings: { path: data/readings.parquet } }
stages:
  readings: { uses: collect, with: { dataset: readings, from: { mqtt: '${broker.url}', topics: 'p/#', ca: certs/ca.pem } } }
`,
    'certs/ca.pem': readFileSync(made.ca, 'utf8'),
  });
  const project = runIn(root);
  await project.run({ stages: ['readings'] });
  const client = await publisher(broker, { ca: readFileSync(made.ca) });
  await client.publishAsync('p/1', '{"temp": 1}', { qos: 1, retain: true });
  assert.equal((await project.run({ stages: ['readings'] })).status, 'finished', project.logs.join('\n'));
  assert.equal((await project.rows('data/readings.parquet')).length, 1);
  assert.match(
    await told(broker.url, {}),
    /has a certificate of an authority that is not known here \(.*certificate.*\)\. Name .* with `ca`\.$/,
  );
  assert.match(await told(broker.url, { ca: made.otherCa }), /has a certificate that `.*other-ca\.pem` did not sign/);
  assert.match(
    await told(broker.url.replace('mqtts', 'mqtt'), {}),
    /closes the connection at once.*write `mqtts:\/\/`/,
  );
  assert.match(
    await told(broker.url.replace('mqtts', 'mqtt'), { ca: made.ca }),
    /`ca` is for TLS, and `mqtt:\/\/` does not encrypt\. Write `mqtts:\/\/`/,
  );
});

test('a certificate for another host or from the past, and a port without TLS, are told', options, async () => {
  const [elsewhere, expired, plain] = await Promise.all([
    withTls(made.elsewhere),
    withTls(made.expired),
    startBroker(),
  ]);
  assert.match(
    await told(elsewhere.url, { ca: made.ca }),
    /has a certificate for `db\.example`, not for `127\.0\.0\.1`\. Use a host that the certificate names\./,
  );
  assert.match(await told(expired.url, { ca: made.ca }), /has a certificate that has expired\. Renew it/);
  assert.match(
    await told(plain.url.replace('mqtt', 'mqtts'), { ca: made.ca }),
    /closes the connection at once\. Is this its port for TLS\?|does not speak TLS/,
  );
});

test('a client certificate is sent, and told where it is missing or wrong', options, async () => {
  const broker = await withTls(made.server, [`cafile ${made.ca}`, 'require_certificate true']);
  const { ca, client, stranger, lockedKey } = made;
  const at = (from: object, env: Record<string, string> = {}) => told(broker.url, { ca, ...from }, env);
  assert.equal(await at(client), '');
  assert.equal(
    await at({ cert: client.cert, key: lockedKey, key_password_env: 'KEY_PASS' }, { KEY_PASS: 'open sesame' }),
    '',
  );
  assert.match(await at({}), /asks for a client certificate\. Name it with `cert` and `key`/);
  assert.match(await at(stranger), /does not accept the client certificate `.*eve\.pem`/);
  assert.match(await at({ cert: client.cert }), /`.*ada\.pem` needs its private key\. Name it with `key`/);
  assert.match(await at({ key: client.key }), /`.*ada\.key` needs its certificate\. Name it with `cert`/);
  assert.match(await at({ cert: client.cert, key: stranger.key }), /`.*eve\.key` does not belong to the certificate/);
  assert.match(await at({ cert: client.cert, key: lockedKey }), /has a password\. Name .* with `key_password_env`/);
  const wrong = await at(
    { cert: client.cert, key: lockedKey, key_password_env: 'KEY_PASS' },
    { KEY_PASS: 'wr0ng-one' },
  );
  assert.match(wrong, /cannot be opened with the password of `KEY_PASS`/);
  assert.ok(!wrong.includes('wr0ng-one'));
  assert.match(
    await at({ cert: client.cert, key: lockedKey, key_password_env: 'NOT_SET' }),
    /`NOT_SET` is not set; the private key needs it/,
  );
});

test('files that are missing, no PEM or damaged are told before anything connects', options, async () => {
  const url = 'mqtts://127.0.0.1:1';
  const bad = (name: string, text: string | Buffer) => {
    writeFileSync(join(made.folder, name), text);
    return join(made.folder, name);
  };
  const text = readFileSync(made.ca, 'utf8');
  assert.match(await told(url, { ca: 'none.pem' }), /`none\.pem`, .*cannot be read: .* relative to the project/);
  assert.match(await told(url, { ca: bad('ca.der', Buffer.from([0x30, 0x82, 1, 2])) }), /is not in the PEM format/);
  assert.match(await told(url, { ca: bad('cut.pem', text.slice(0, 300)) }), /damaged or cut off/);
  assert.match(await told(url, { ca: made.client.key }), /has no certificate: no `BEGIN CERTIFICATE`/);
});
