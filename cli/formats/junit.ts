import type { GateTest } from '../../protocol/gates.ts';

/**
 * Gates as JUnit's XML, a suite for each stage and a case for each gate, valid against the schemas of Ant's JUnit task
 * and of Jenkins. Whatever did not pass is a failure, whose type says how.
 */
export function junit(tests: readonly GateTest[], project: string, now = Date.now()): string {
  const stages = [...new Set(tests.map(({ stage }) => stage))];
  const suites = stages.map((stage, id) => {
    const own = tests.filter((test) => test.stage === stage);
    const judgedAt = own.flatMap(({ history }) => history[0]?.startedAt ?? []);
    const failures = own.filter(({ outcome }) => outcome !== 'passed').length;
    const attributes = attributesOf({
      name: stage,
      package: project,
      id,
      timestamp: new Date(Math.max(...(judgedAt.length > 0 ? judgedAt : [now]))).toISOString().slice(0, 19),
      // The schema asks for a host, and a report need not name one.
      hostname: 'localhost',
      tests: own.length,
      failures,
      errors: 0,
      time: 0,
    });
    return [
      `  <testsuite${attributes}>`,
      `    <properties>${propertiesOf(stage, own)}</properties>`,
      ...own.map((test) => caseOf(test, `${project}.${stage}`)),
      '    <system-out></system-out>',
      '    <system-err></system-err>',
      '  </testsuite>',
    ].join('\n');
  });
  return ['<?xml version="1.0" encoding="UTF-8"?>', '<testsuites>', ...suites, '</testsuites>'].join('\n');
}

function caseOf({ gate, outcome, expected, actual, message, place }: GateTest, className: string): string {
  const open = `    <testcase${attributesOf({ classname: className, name: gate, time: 0 })}`;
  if (outcome === 'passed') return `${open}/>`;
  const text = `${place.file}:${place.line}:${place.column}\nexpected: ${expected}\nactual: ${actual || 'no value'}`;
  return `${open}>\n      <failure${attributesOf({ type: outcome, message })}>${escaped(text)}</failure>\n    </testcase>`;
}

/** The stage and the run that judged the gates. */
function propertiesOf(stage: string, tests: readonly GateTest[]): string {
  const run = tests.flatMap(({ history }) => history[0] ?? []).toSorted((a, b) => b.startedAt - a.startedAt)[0];
  const properties = { stage, ...(run && { run: run.runId, 'run name': run.runName }) };
  return Object.entries(properties)
    .map(([name, value]) => `<property${attributesOf({ name, value })}/>`)
    .join('');
}

function attributesOf(attributes: Readonly<Record<string, string | number>>): string {
  return Object.entries(attributes)
    .map(([name, value]) => ` ${name}="${escaped(String(value))}"`)
    .join('');
}

/** Text for XML 1.0, which has no place for most control characters and for half of a surrogate pair. */
function escaped(text: string): string {
  return text
    .replaceAll(/(?![\t\n\r])\p{Cc}|\p{Surrogate}|[\ufffe\uffff]/gu, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll('\t', '&#9;')
    .replaceAll('\n', '&#10;')
    .replaceAll('\r', '&#13;');
}
