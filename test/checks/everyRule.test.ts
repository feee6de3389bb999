import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { rules } from '../../engine/checks/rules.ts';
import { shapeCodes } from '../../engine/checks/shapeCodes.ts';

const root = join(import.meta.dirname, '..', '..');
const read = (pattern: string) =>
  globSync(pattern, { cwd: root })
    .map((file) => readFileSync(join(root, file), 'utf8'))
    .join('\n');

test('there are more than a hundred, each listed once, each a file of its own, each tested', () => {
  assert.ok(rules.length >= 100, `${rules.length} rules`);
  const all = [...rules, ...shapeCodes];
  assert.equal(new Set(all.map(({ code }) => code)).size, all.length);
  const tests = read('test/{checks,project}/**/*.test.ts');
  assert.deepEqual(
    all.filter(({ code }) => !tests.includes(code)).map(({ code, name }) => `${code} ${name}`),
    [],
    'in no test',
  );
  const files = globSync('engine/checks/*/*.ts', { cwd: root }).flatMap((file) =>
    [...readFileSync(join(root, file), 'utf8').matchAll(/^ {2}code: '(LW\d+)',$/gm)].map((match) => match[1] ?? ''),
  );
  assert.deepEqual(
    files.toSorted(),
    rules.map(({ code }) => code).toSorted(),
    'a file that is not listed, or two rules in one',
  );
});

test('each has a page that says what is wrong and what to do', () => {
  for (const { code, name } of [...rules, ...shapeCodes]) {
    const page = readFileSync(join(root, 'docs/reference/checks', `${code}.md`), 'utf8');
    assert.ok(page.includes(`# ${code} ${name}`) && page.length > 250, code);
  }
});

test('codes stand for areas', () => {
  const areas: Record<string, RegExp> = {
    graph: /^LW2/,
    data: /^LW3/,
    modelling: /^LW4/,
    evaluation: /^LW5/,
    deployment: /^LW6/,
    hygiene: /^LW7/,
  };
  for (const [area, codes] of Object.entries(areas)) {
    const found = [...read(`engine/checks/${area}/*.ts`).matchAll(/^ {2}code: '(LW\d+)',$/gm)];
    assert.ok(found.length > 0, area);
    for (const [, code] of found) assert.match(code ?? '', codes, area);
  }
});
