import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Ajv } from 'ajv';
import type { GateTest } from '../../../protocol/gates.ts';
import { junit } from '../../../cli/formats/junit.ts';
import { openLineageEvents } from '../../../cli/formats/openLineage.ts';
import { gateProblem, gateRules } from '../../../cli/formats/gateProblem.ts';
import { sarif } from '../../../cli/formats/sarif.ts';
import { judgeGate } from '../../../engine/evaluation/gates.ts';
import { interopVenv } from '../../helpers/interopVenv.ts';
import { antJunitXsd, jenkinsJunitXsd, publicSchema, sarifSchema } from '../../helpers/publicSchemas.ts';

const place = { file: 'loopwright.yaml', line: 31, column: 7, endLine: 31, endColumn: 14 };
const result = judgeGate(
  'roc_auc',
  { min: 0.8, at_confidence: 0.95 },
  { kind: 'value', value: 0.81, interval: { low: 0.77, high: 0.84 }, n: 400 },
);
const gates: GateTest[] = [
  {
    stage: 'validate',
    gate: 'roc_auc',
    place,
    outcome: 'undecidable',
    expected: 'at least 0.8 at 95 % confidence',
    actual: '0.810 (0.770 to 0.840)',
    message: 'roc_auc 0.81 (0.77 to 0.84 at 95 % confidence) may be below 0.8; about 6,000 more rows would tell',
    history: [
      {
        stage: 'validate',
        runId: '5ad2cb9a6fb04d5e8f3d3f1a4c2d9e10',
        runName: 'swift-owl',
        startedAt: Date.UTC(2026, 4, 12),
        result,
      },
    ],
  },
  {
    stage: 'other "stage"',
    gate: 'a<b>&"\u0000\ud800\n\u001b[1m',
    place,
    outcome: 'missing',
    expected: 'at most 1',
    actual: '',
    message: ']]> It was never judged.\t\r\n',
    history: [],
  },
  {
    stage: 'validate',
    gate: 'equal_opportunity_difference[age_group]',
    place,
    outcome: 'passed',
    expected: 'at most 0.1',
    actual: '0.0500',
    message: 'fine',
    history: [],
  },
];

test('SARIF of gates is valid against its schema', () => {
  const ajv = new Ajv({ strict: false, validateFormats: false, unicodeRegExp: false });
  const isSarif = ajv.compile(JSON.parse(readFileSync(publicSchema(sarifSchema), 'utf8')) as object);
  const failed = gates.filter(({ outcome }) => outcome !== 'passed').map(gateProblem);
  const log = sarif(failed, gateRules) as { runs: [{ results: { ruleId: string; ruleIndex: number }[] }] };
  assert.ok(isSarif(log), JSON.stringify(isSarif.errors));
  assert.deepEqual(
    log.runs[0].results.map(({ ruleId, ruleIndex }) => [ruleId, ruleIndex]),
    [
      ['gate-undecidable', 1],
      ['gate-missing', 3],
    ],
  );
  assert.ok(isSarif(sarif([{ ...place, code: 'LW501', severity: 'error', message: 'wrong' }])));
});

test('JUnit and OpenLineage of gates are read by their own schemas and client', () => {
  const xml = junit(gates, 'orders "1"');
  assert.match(xml, /<testsuite name="validate" package="orders &quot;1&quot;" id="0" .* tests="2" failures="1"/);
  assert.match(xml, /<testcase classname="orders &quot;1&quot;\.validate" name="equal_.*" time="0"\/>/);
  assert.match(xml, /<failure type="undecidable" message="roc_auc 0\.81 \(0\.77 to/);
  assert.equal(interopVenv.prepare(), null);
  const said = interopVenv.run(
    join(import.meta.dirname, 'readGateFormats.py'),
    JSON.stringify({
      xsds: [publicSchema(antJunitXsd), publicSchema(jenkinsJunitXsd)],
      xmls: [xml, junit([], 'empty')],
      events: openLineageEvents(gates, 'orders'),
    }),
  );
  assert.equal(
    said.trim(),
    "[('roc_auc', 'fail', 'undecidable', 'at least 0.8 at 95 % confidence', '0.810 (0.770 to 0.840)')]",
  );
});
