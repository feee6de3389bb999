import { connect } from 'node:net';
import assert from 'node:assert/strict';
import { text } from 'node:stream/consumers';

/** Names of a server in `Host` that are not those of this machine, or not in a form that a browser or program sends. */
export const foreignHosts = [
  'evil.example',
  'EVIL.example:80',
  'localhost.',
  'localhost.:80',
  'localhost.evil.example',
  '127.0.0.1.',
  '127.0.0.1.nip.io',
  '127.1',
  '127.0.0.256',
  '127.000.0.1',
  '2130706433',
  '0x7f.0.0.1',
  '0177.0.0.1',
  '0.0.0.0',
  '[::]',
  '[::1',
  '::1',
  '[::1]evil',
  '[::1%25lo]',
  '[::ffff:127.0.0.1]',
  '[::ffff:7f00:1]',
  '[0:0:0:0:0:0:0:1]',
  '[localhost]',
  '[127.0.0.1]',
  'evil@127.0.0.1',
  '127.0.0.1@evil.example',
  '127.0.0.1:80:80',
  '127.0.0.1:x',
  '127.0.0.1:',
  '127.0.0.1:123456',
  '127.0.0.1, evil.example',
  '127.0.0.1 evil.example',
  '127.0.0.1/evil',
  '127.0.0.1#evil',
  '127.0.0.1\\evil',
  'localhost%00.evil.example',
  'l\u00f6calhost',
  '',
];

/** Origins of pages that are not of this machine, or of none. */
export const foreignOrigins = [
  'null',
  '',
  'http://evil.example',
  'https://localhost.evil.example:443',
  'http://localhost@evil.example',
  'http://127.0.0.1, http://evil.example',
  'http://evil.example http://127.0.0.1',
  'file://',
  'file://localhost',
  'data:text/html,x',
  'chrome-extension://localhost',
  'moz-extension://127.0.0.1',
  'vscode-webview://localhost',
  'ws://localhost',
  '//localhost',
  'localhost',
  'http://localhost.',
  'http://0.0.0.0',
  'http://[::]',
  'http://[::ffff:7f00:1]',
  'http://localhost.:80',
];

/** Sends the lines of a request as they are; returns the status of the answer, 0 for a connection that is closed. */
export async function statusOf(url: string, lines: readonly string[], body = ''): Promise<number> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.write(Buffer.from(`${[...lines, 'connection: close'].join('\r\n')}\r\n\r\n${body}`, 'latin1'));
  const answer = await text(socket).catch(() => '');
  return Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? 0);
}

/**
 * Asserts that a server refuses every request that names another server in some way, and answers the same request with
 * the names of this machine by `status`.
 */
export async function refusesForeignHosts(
  url: string,
  { method, path, headers, body, status }: ForeignRequest,
): Promise<void> {
  const send = (hosts: readonly string[], target = path, version = '1.1') =>
    statusOf(url, [`${method} ${target} HTTP/${version}`, ...hosts.map((host) => `Host: ${host}`), ...headers], body);
  for (const host of ['127.0.0.1', '127.9.8.7:80', 'localhost', 'LocalHost:1', '[::1]', '[::1]:8080'])
    assert.equal(await send([host]), status, host);
  for (const target of ['http://127.0.0.1', 'HTTP://localhost:80', 'http://[::1]:1'])
    assert.equal(await send(['127.0.0.1'], target + path), status, target);
  const refused = (found: number, what: string) => assert.ok([0, 400, 403].includes(found), `${what}: ${found}`);
  for (const host of foreignHosts) refused(await send([host]), host);
  for (const hosts of [
    ['127.0.0.1', 'evil.example'],
    ['evil.example', '127.0.0.1'],
    ['127.0.0.1', '127.0.0.1'],
  ])
    refused(await send(hosts), hosts.join(' and '));
  refused(await send([]), 'no Host');
  refused(await send([], path, '1.0'), 'no Host in HTTP/1.0');
  refused(await send(['evil.example\r\nX-Forwarded-Host: 127.0.0.1\r\nForwarded: host=127.0.0.1']), 'forwarded');
  for (const target of [
    'http://evil.example',
    'HTTPS://evil.example:80',
    'http://127.0.0.1@evil.example',
    'http://evil.example\\@127.0.0.1',
    'http://evil@127.0.0.1',
    'http://localhost.',
    'http://',
    'http:',
    'ftp://127.0.0.1',
    'evil://evil.example',
  ]) {
    // A target that the router does not know is refused in its own way.
    const found = await send(['127.0.0.1'], target + path);
    assert.ok([0, 400, 403, 404].includes(found), `${target}: ${found}`);
  }
}

interface ForeignRequest {
  method: string;
  path: string;
  headers: readonly string[];
  body: string;
  /** Of the answer to a program of this machine. */
  status: number;
}
