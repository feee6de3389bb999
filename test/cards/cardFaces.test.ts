import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { Ajv } from 'ajv';
import { cycloneDxCard } from '../../engine/cards/cycloneDxCard.ts';
import { markdownCard } from '../../engine/cards/markdownCard.ts';
import type { ModelCard } from '../../protocol/modelCard.ts';
import { makeCard } from '../fixtures/views/card.ts';
import { interopVenv } from '../helpers/interopVenv.ts';
import { cycloneDxSchemas, publicSchema } from '../helpers/publicSchemas.ts';

/** A card with texts of data and people that no format may take for its own. */
function hostileCard(): ModelCard {
  const card = makeCard(4);
  return {
    ...card,
    slices: [{ column: 'a|b', value: 'x\n| y <script>', n: 3, positives: 1, metrics: {} }, ...card.slices],
    limitations: '# Not a title\n---\n{{ metrics.none }} & "quotes"',
    outOfScope: 'Anything else.',
    reproduce: 'echo "```"',
    params: { 'a: b': '---', c: '| d' },
  };
}

test('Markdown is loaded by Hugging Face with every metric, its interval and n', () => {
  const card = hostileCard();
  assert.equal(interopVenv.prepare(), null);
  const read = JSON.parse(
    interopVenv.run(
      join(import.meta.dirname, 'readHubCard.py'),
      markdownCard(card, { license: 'mit', tags: ['fraud'], language: 'en' }),
    ),
  ) as {
    name: string;
    license: string;
    tags: string[];
    pipeline: string;
    results: { task: string; dataset: string; metric: string; value: number; args: { n: number; low?: number } }[];
    text: string;
  };
  assert.deepEqual([read.name, read.license, read.pipeline], [card.model, 'mit', 'tabular-classification']);
  assert.deepEqual(read.tags, ['fraud', 'loopwright', 'tabular-classification']);
  assert.deepEqual(
    Object.fromEntries(read.results.map(({ metric, value }) => [metric, value])),
    Object.fromEntries(Object.entries(card.performance).map(([name, { value }]) => [name, value])),
  );
  const auc = read.results.find(({ metric }) => metric === 'pr_auc');
  const { low, n } = card.performance['pr_auc'] ?? { low: 0, n: 0 };
  assert.deepEqual([auc?.task, auc?.args.low, auc?.args.n], ['tabular-classification', low, n]);
  assert.match(read.text, /\| a\\\|b = x \\\| y &lt;script> \|/);
  assert.match(read.text, /## Out-of-scope use\n\nAnything else\.\n/);
  assert.match(read.text, /## Oversight\n\n_Not provided\._\n/);
  assert.match(read.text, /````sh\necho "```"\n````/);
});

test('CycloneDX is valid against its schema, and the same card has the same number', () => {
  const ajv = new Ajv({ strict: false, validateFormats: false, unicodeRegExp: false });
  const read = (schema: keyof typeof cycloneDxSchemas) =>
    JSON.parse(readFileSync(publicSchema(cycloneDxSchemas[schema]), 'utf8')) as object;
  for (const part of ['spdx', 'jsf', 'cryptography'] as const)
    ajv.addSchema(read(part), `http://cyclonedx.org/schema/${basename(cycloneDxSchemas[part].file)}`);
  const isBom = ajv.compile(read('bom'));
  for (const card of [hostileCard(), makeCard(3)]) {
    const bom = JSON.parse(JSON.stringify(cycloneDxCard(card, { license: 'mit' }))) as {
      serialNumber: string;
      metadata: { component: { modelCard: { quantitativeAnalysis: { performanceMetrics: { type: string }[] } } } };
    };
    assert.ok(isBom(bom), JSON.stringify(isBom.errors?.slice(0, 3)));
    const { performanceMetrics } = bom.metadata.component.modelCard.quantitativeAnalysis;
    for (const name of Object.keys(card.performance)) assert.ok(performanceMetrics.some(({ type }) => type === name));
    assert.deepEqual(JSON.parse(JSON.stringify(cycloneDxCard(card, { license: 'mit' }))), bom);
  }
});
