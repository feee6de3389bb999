import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isLoopback, isLoopbackHeader } from '../../engine/http/loopback.ts';

test('loopback addresses are localhost, ::1 and 127.0.0.0/8', () => {
  for (const host of ['localhost', '::1', '127.0.0.1', '127.9.8.7']) assert.equal(isLoopback(host), true, host);
  for (const host of ['0.0.0.0', '::', '10.0.0.1', '127.0.0.1.example.org', 'example.org', ''])
    assert.equal(isLoopback(host), false, host);
});

test('a Host header names this machine with or without a port', () => {
  for (const header of ['127.0.0.1', '127.0.0.1:5000', 'localhost:80', '[::1]', '[::1]:8080'])
    assert.equal(isLoopbackHeader(header), true, header);
  for (const header of [undefined, '', 'example.org:80', 'localhost.example.org', '127.0.0.1:x', 'localhost:80:80'])
    assert.equal(isLoopbackHeader(header), false, header);
});
