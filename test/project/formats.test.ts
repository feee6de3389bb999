import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatProblem } from '../../engine/project/formats.ts';
import { loadConfigFile } from '../../engine/project/loadProject.ts';
import { parseYaml } from '../../engine/project/parseYaml.ts';
import { resolveConfig } from '../../engine/project/resolveConfig.ts';

const says = (format: string, text: string) => formatProblem(format, text)?.says ?? null;

test('LW111 regular expressions, with their error', () => {
  for (const right of ['^[A-Z]{2}\\d+$', '', 'a|b', '\\p{L}+']) assert.equal(says('regex', right), null, right);
  assert.match(says('regex', '(a') ?? '', /must be a regular expression \(unterminated group\)/);
  assert.match(says('regex', '[z-a]') ?? '', /range out of order/);
  assert.equal(formatProblem('regex', '*')?.code, 'LW111');
});

test('LW112 globs', () => {
  for (const right of ['data/*.csv', 'data/**/x.parquet', 'a/[abc]?.csv', 'a/{x,y}.csv', 'plain.csv', 'a]b', 'a}b'])
    assert.equal(says('path', right), null, right);
  assert.match(says('path', 'data/[ab.csv') ?? '', /`\[` is not closed/);
  assert.match(says('path', 'data/{a,b.csv') ?? '', /`\{` is not closed/);
  assert.match(says('path', 'data/***/b.csv') ?? '', /use `\*` within a folder/);
});

test('LW114 cron expressions of five fields', () => {
  for (const right of ['0 3 * * 1', '*/15 * * * *', '0 0 1,15 * *', '0 9-17 * * MON-FRI', '@daily'])
    assert.equal(says('cron', right), null, right);
  for (const wrong of ['', '0 3 * *', '0 3 * * 1 2', '61 3 * * 1', '0 25 * * *', 'daily', '0 3 * FOO *', '@sometimes'])
    assert.match(says('cron', wrong) ?? '', /must be a cron expression/, wrong);
});

test('LW115 units: SI with prefixes, currencies, counts, and their combinations', () => {
  for (const right of [
    'EUR',
    'km',
    'km/h',
    'm^2',
    'm²',
    'm/s^2',
    'kWh',
    'µs',
    'ms',
    '%',
    '°C',
    'EUR/month',
    'kg·m',
    'rows',
    'GiB',
    'items per day',
    '1/s',
    'mg/dL',
    'kilometer',
  ])
    assert.equal(says('unit', right), null, right);
  for (const wrong of ['Euros', 'EURO', 'klicks', '', '  ', 'km/hr/x', 'eur'])
    assert.notEqual(says('unit', wrong), null, wrong);
  assert.match(says('unit', 'EURO') ?? '', /Did you mean `EUR`\?/);
  assert.equal(formatProblem('unit', 'klicks')?.severity, 'warning');
});

test('an unknown unit and a deprecated key are warnings: the schema stays usable', () => {
  const file = loadConfigFile(
    'dataset',
    parseYaml('x.dataset.yaml', 'profile: table\nfields: [{ name: a, loopwright: { unit: klicks } }]\n'),
  );
  assert.deepEqual(
    file.problems.map(({ code, severity, line }) => [code, severity, line]),
    [
      ['LW110', 'warning', 1],
      ['LW115', 'warning', 2],
    ],
  );
  assert.notEqual(file.value, null);
  assert.deepEqual(
    file.problems[0]?.fixes?.[0]?.edits.map(({ column, endColumn, newText }) => [column, endColumn, newText]),
    [[1, 8, '$schema']],
  );
});

test('the formats of a schedule and of a listen address are checked', () => {
  const found = (text: string) =>
    resolveConfig(
      parseYaml('loopwright.yaml', `version: 1\nproject: p\nstages: { s: { cmd: x } }\n${text}`),
      {},
    ).problems.map(({ code }) => code);
  assert.deepEqual(found('retraining: { when: [{ schedule: 0 3 * * 1 }] }\n'), []);
  assert.deepEqual(found('retraining: { when: [{ schedule: weekly }] }\n'), ['LW114']);
  assert.deepEqual(
    found('deployments: { d: { as: api, model: champion, port: 80, host: 0.0.0.0, auth: { token_env: TOKEN } } }\n'),
    [],
  );
  assert.deepEqual(
    found('deployments: { d: { as: api, model: champion, port: 80, auth: { token_env: "no name" } } }\n'),
    ['LW107'],
  );
  assert.deepEqual(found('checks: { LW412: off, LW413: fatal }\n'), ['LW106']);
});
