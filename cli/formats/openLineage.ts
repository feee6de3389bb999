import type { GateTest } from '../../protocol/gates.ts';
import { boundText } from '../../words/gates.ts';
import manifest from '../../package.json' with { type: 'json' };

const producer = `https://marketplace.visualstudio.com/items?itemName=${manifest.publisher}.${manifest.name}`;

/**
 * Gates as run events of OpenLineage 2 with the facet `test` (TestRunFacet), one event for each run of a stage that judged
 * gates. Gates that were never judged belong to no run and are in no event.
 */
export function openLineageEvents(tests: readonly GateTest[], project: string): object[] {
  const judged = tests.flatMap((test) => {
    const [newest] = test.history;
    return newest ? [{ test, run: newest }] : [];
  });
  const keys = new Set(judged.map(({ test, run }) => `${run.runId} ${test.stage}`));
  return [...keys].map((key) => {
    const own = judged.filter(({ test, run }) => `${run.runId} ${test.stage}` === key);
    const [{ runId, startedAt, stage } = { runId: '', startedAt: 0, stage: '' }] = own.map(({ run }) => run);
    return {
      eventType: 'COMPLETE',
      eventTime: new Date(startedAt).toISOString(),
      run: {
        runId: uuidOf(runId),
        facets: {
          test: {
            _producer: producer,
            _schemaURL: 'https://openlineage.io/spec/facets/1-0-1/TestRunFacet.json#/$defs/TestRunFacet',
            tests: own.map(({ test }) => executionOf(test)),
          },
        },
      },
      job: { namespace: 'loopwright', name: `${project}.${stage}` },
      inputs: [],
      outputs: [],
      producer,
      schemaURL: 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent',
    };
  });
}

function executionOf({ gate, outcome, message, expected, actual, place, history }: GateTest): object {
  const [newest] = history;
  return {
    name: gate,
    status: outcome === 'passed' ? 'pass' : 'fail',
    severity: 'error',
    type: outcome,
    description: message,
    expected,
    actual: actual || 'no value',
    content: boundText(newest ? { ...newest.result, at_confidence: newest.result.atConfidence } : {}),
    contentType: 'expression',
    params: { file: place.file, line: place.line, rows: newest?.result.n ?? null },
  };
}

/** A run's id as the UUID that it is. */
function uuidOf(runId: string): string {
  return runId.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
