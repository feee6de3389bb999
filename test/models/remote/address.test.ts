import assert from 'node:assert/strict';
import { test } from 'node:test';
import { http } from '../../../engine/models/flavours/http.ts';
import { readAddress, resolveAddress, sendsInTheClear } from '../../../engine/models/remote/address.ts';

function parts(address: string) {
  const resolved = resolveAddress({ address });
  assert.ok('address' in resolved);
  const { base, protocol, model, modelVersion } = resolved.address;
  return [base.href, protocol, model, modelVersion];
}

test('the path of a request is taken off an address and says the protocol', () => {
  assert.deepEqual(parts('http://127.0.0.1:5000'), ['http://127.0.0.1:5000/', null, null, null]);
  assert.deepEqual(parts('http://h/invocations'), ['http://h/', 'mlflow', null, null]);
  assert.deepEqual(parts('https://h/serving-endpoints/fraud/invocations'), [
    'https://h/serving-endpoints/fraud',
    'mlflow',
    null,
    null,
  ]);
  assert.deepEqual(parts('http://h/predict'), ['http://h/', 'loopwright', null, null]);
  assert.deepEqual(parts('http://h/v2'), ['http://h/', 'open-inference', null, null]);
  assert.deepEqual(parts('http://h/seldon/v2/models/a%20b/versions/3/infer'), [
    'http://h/seldon',
    'open-inference',
    'a b',
    '3',
  ]);
  assert.deepEqual(parts('http://h/v2/models/fraud/'), ['http://h/', 'open-inference', 'fraud', null]);
  assert.deepEqual(parts('http://h/invocations-of-mine'), ['http://h/invocations-of-mine', null, null, null]);
});

test('an address that cannot be used says why', () => {
  const problem = (address: string) => {
    const resolved = resolveAddress({ address });
    return 'problems' in resolved ? resolved.problems.join(' ') : null;
  };
  assert.match(problem('127.0.0.1:5000') ?? '', /is not an/);
  assert.match(problem('models/fraud') ?? '', /is not an address/);
  assert.match(problem('ftp://h/x') ?? '', /not an http or https address/);
  const secret = problem('https://me:sesame@h/invocations') ?? '';
  assert.match(secret, /`token_env`/);
  assert.doesNotMatch(secret, /sesame/);
});

test('only a token over http to another machine is sent in the clear', () => {
  assert.ok(sendsInTheClear('http://models.example.com/invocations'));
  for (const safe of ['https://models.example.com', 'http://127.0.0.1:5000', 'http://localhost', 'http://[::1]:1'])
    assert.equal(sendsInTheClear(safe), false);
});

test('a file is recognised by its name, and its mistakes are refusals', () => {
  const recognise = (name: string, text: string) =>
    http.recognise({ path: `/p/${name}`, object: null, isFolder: false, names: [name], read: () => Buffer.from(text) });
  assert.equal(recognise('model.json', '{"address":"http://h"}'), null);
  assert.deepEqual(recognise('address.json', '{"address":"http://h"}')?.stated.refusals, []);
  assert.match(recognise('address.json', '{')?.stated.refusals[0] ?? '', /not valid JSON/);
  assert.match(recognise('address.json', '{"adress":"http://h"}')?.stated.refusals[0] ?? '', /`adress` is unknown/);
  assert.match(recognise('address.json', '{"address":"http://h","protocol":"v1"}')?.stated.refusals[0] ?? '', /`v1`/);
  assert.deepEqual(readAddress('[]'), { problems: ['The file must hold an object with `address`.'] });
});
