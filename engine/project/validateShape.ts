import type { Problem, Severity } from '../../protocol/problem.ts';
import { suggestion } from '../base/didYouMean.ts';
import { formatProblem } from './formats.ts';
import type { LineIndex } from './lineIndex.ts';
import { entryOf, kindName, type Located, type Range } from './located.ts';
import { literalKeys, membersFor, propertyOf, recordValue, type Shape } from './shape.ts';

/** A replacement in the same file that fixes the finding. */
export interface ShapeFix {
  title: string;
  range: Range;
  text: string;
}

export type Report = (
  code: string,
  range: Range,
  message: string,
  more?: { severity?: Severity; fix?: ShapeFix; variable?: string | undefined },
) => void;

/** Checks a parsed file against its schema. Each finding is reported with the range of the invalid key or value. */
export function validateShape(node: Located, shape: Shape, report: Report, name = 'The file'): void {
  if (shape.anyOf) return validateUnion(node, shape, report, name);
  if (shape.const !== undefined) {
    if (node.kind !== 'scalar' || node.value !== shape.const)
      report('LW106', node.range, `${name} must be \`${shape.const}\`, found ${kindName(node)}.`);
    return;
  }
  if (shape.enum) return validateEnum(node, shape.enum, report, name);
  switch (shape.type) {
    case 'object':
      return validateObject(node, shape, report, name);
    case 'array':
      return validateArray(node, shape, report, name);
    case 'string':
      return validateString(node, shape, report, name);
    case 'number':
    case 'integer':
      return validateNumber(node, shape, report, name);
    case 'boolean':
      if (node.kind !== 'scalar' || typeof node.value !== 'boolean')
        report('LW104', node.range, `${name} must be true or false, found ${kindName(node)}.`);
      return;
    case 'null':
      if (node.kind !== 'scalar' || node.value !== null)
        report('LW104', node.range, `${name} must be empty, found ${kindName(node)}.`);
      return;
    default:
  }
}

function validateUnion(node: Located, shape: Shape, report: Report, name: string): void {
  const members = membersFor(shape, node);
  let fewest: { findings: Parameters<Report>[]; member: Shape } | null = null;
  for (const member of members) {
    const findings: Parameters<Report>[] = [];
    validateShape(node, member, (...finding) => findings.push(finding), name);
    if (findings.length === 0) return;
    if (!fewest || findings.length < fewest.findings.length) fewest = { findings, member };
  }
  const objects = (shape.anyOf ?? []).filter((member) => member.type === 'object');
  if (node.kind === 'map' && objects.length > 1) {
    const chosen = members.length < objects.length || members.length === 1;
    if (!chosen || wrongLiteral(node, objects) || hasTwoChoices(node, members, objects))
      return reportChoice(node, objects, report, name);
  } else if (node.kind === 'scalar' && members.length > 0 && members.every((member) => member.const !== undefined)) {
    const written = String(node.value);
    const words = (shape.anyOf ?? []).flatMap((member) => (typeof member.const === 'string' ? [member.const] : []));
    const wanted = `${name} must be ${orList(describeAll(shape))}`;
    return report('LW106', node.range, `${wanted}, found ${kindName(node)}.${suggestion(written, words)}`);
  } else if (members.length > 1 || shape.anyOf?.length === members.length) {
    report('LW104', node.range, `${name} must be ${orList(describeAll(shape))}, found ${kindName(node)}.`);
    return;
  }
  for (const finding of fewest?.findings ?? []) report(...finding);
}

/** True when the keys of two members stand side by side, as `precision` and `cost` of one threshold. */
function hasTwoChoices(node: Located & { kind: 'map' }, members: Shape[], objects: Shape[]): boolean {
  if (members.length < 2 || tellingKeys(objects).length > 0) return false;
  const choices = new Set(members.map((member) => telling(member, objects)));
  return node.entries.filter(({ key }) => choices.has(key)).length > 1;
}

/** True when a distinguishing key such as `uses` has a value that no member of the union allows. */
function wrongLiteral(node: Located & { kind: 'map' }, objects: Shape[]): boolean {
  return tellingKeys(objects).some((key) => {
    const written = entryOf(node, key)?.value;
    return (
      written !== undefined &&
      !objects.some((member) =>
        literalKeys(member).some(
          ([name, value]) => name === key && written.kind === 'scalar' && written.value === value,
        ),
      )
    );
  });
}

function reportChoice(node: Located & { kind: 'map' }, objects: Shape[], report: Report, name: string): void {
  for (const key of tellingKeys(objects)) {
    const entry = entryOf(node, key);
    if (!entry) continue;
    const values = [
      ...new Set(
        objects.flatMap((member) =>
          literalKeys(member)
            .filter(([k]) => k === key)
            .map(([, value]) => String(value)),
        ),
      ),
    ];
    const written = entry.value.kind === 'scalar' ? String(entry.value.value) : '';
    return report(
      'LW106',
      entry.value.range,
      `\`${key}\` must be ${orList(values.map((value) => `\`${value}\``))}, found ${kindName(entry.value)}.${suggestion(written, values)}`,
    );
  }
  const choices = [...new Set(objects.map((member) => telling(member, objects)))];
  const [first, second] = node.entries.filter(({ key }) => choices.includes(key));
  if (first && second)
    return report('LW102', second.keyRange, `${name} has \`${first.key}\` and \`${second.key}\`. Keep one of them.`);
  report(
    'LW103',
    node.entries[0]?.keyRange ?? node.range,
    `${name} needs ${orList(choices.map((choice) => `\`${choice}\``))}.`,
  );
}

function tellingKeys(objects: Shape[]): string[] {
  return [...new Set(objects.flatMap((member) => literalKeys(member).map(([key]) => key)))];
}

function telling(member: Shape, siblings: Shape[]): string {
  const own = (member.required ?? []).find((key) => !siblings.every((other) => other.required?.includes(key)));
  return literalKeys(member)[0]?.[0] ?? own ?? Object.keys(member.properties ?? {})[0] ?? '';
}

function validateEnum(node: Located, values: readonly string[], report: Report, name: string): void {
  if (node.kind === 'scalar' && typeof node.value === 'string' && values.includes(node.value)) return;
  const written = node.kind === 'scalar' ? String(node.value) : '';
  report(
    'LW106',
    node.range,
    `${name} must be ${orList(values.map((value) => `\`${value}\``))}, found ${kindName(node)}.${suggestion(written, values)}`,
  );
}

function validateObject(node: Located, shape: Shape, report: Report, name: string): void {
  if (node.kind !== 'map')
    return report('LW104', node.range, `${name} must be a mapping of keys to values, found ${kindName(node)}.`);
  const known = Object.keys(shape.properties ?? {});
  const record = recordValue(shape);
  for (const { key, keyRange, value } of node.entries) {
    const property = propertyOf(shape, key) ?? record;
    const replacement = shape.properties?.[key]?.replacedBy;
    if (replacement !== undefined)
      report('LW110', keyRange, `\`${key}\` is deprecated; write \`${replacement}\`.`, {
        severity: 'warning',
        fix: { title: `Change to ${replacement}`, range: keyRange, text: replacement },
      });
    if (property) validateShape(value, property, report, `\`${key}\``);
    else if (shape.additionalProperties === false)
      report(
        'LW102',
        keyRange,
        `${name} has no key \`${key}\`.${suggestion(key, known) || (known.length <= 12 ? ` Known keys: ${known.join(', ')}.` : '')}`,
      );
  }
  for (const key of shape.required ?? []) {
    if (!entryOf(node, key))
      report('LW103', missingRange(node), `${name} is missing the key \`${key}\`.${docOf(shape, key)}`);
  }
  if (shape.minProperties && node.entries.length < shape.minProperties)
    report('LW103', node.range, `${name} is empty; it needs at least ${shape.minProperties} of ${known.join(', ')}.`);
}

const docOf = (shape: Shape, key: string) =>
  shape.properties?.[key]?.description ? ` ${shape.properties[key].description}` : '';

/** Returns the range for a missing key: the first key of the mapping, so that the mark stays on one line. */
function missingRange(node: Located & { kind: 'map' }): Range {
  return node.entries[0]?.keyRange ?? node.range;
}

function validateArray(node: Located, shape: Shape, report: Report, name: string): void {
  if (node.kind !== 'seq') return report('LW104', node.range, `${name} must be a list, found ${kindName(node)}.`);
  if (shape.minItems && node.items.length < shape.minItems)
    report(
      'LW105',
      node.range,
      `${name} must have at least ${shape.minItems} ${shape.minItems === 1 ? 'item' : 'items'}, found ${node.items.length}.`,
    );
  if (shape.maxItems && node.items.length > shape.maxItems)
    report('LW105', node.range, `${name} must have at most ${shape.maxItems} items, found ${node.items.length}.`);
  const items = shape.items;
  if (items)
    node.items.forEach((item, i) =>
      validateShape(item, items, report, `Item ${i + 1} of ${name.replace(/^The /, 'the ')}`),
    );
}

function validateString(node: Located, shape: Shape, report: Report, name: string): void {
  if (node.kind !== 'scalar' || typeof node.value !== 'string')
    return report(
      'LW104',
      node.range,
      shape.format === 'duration'
        ? `${name} must be a duration such as 15m, 6h or 7d, found ${kindName(node)}.`
        : `${name} must be text, found ${kindName(node)}.${node.kind === 'scalar' && node.value !== null ? ' Put it in quotes.' : ''}`,
    );
  if (shape.minLength && node.value.length < shape.minLength) report('LW105', node.range, `${name} must not be empty.`);
  if (shape.pattern && !new RegExp(shape.pattern, 'u').test(node.value))
    report('LW107', node.range, `${name} must match \`${shape.pattern}\`, found ${kindName(node)}.`);
  const problem = shape.format ? formatProblem(shape.format, node.value) : null;
  if (problem)
    report(
      problem.code,
      node.range,
      `${name} ${problem.says}, found ${kindName(node)}.${problem.near === null ? '' : ` Did you mean \`${problem.near}\`?`}`,
      {
        severity: problem.severity,
      },
    );
}

function validateNumber(node: Located, shape: Shape, report: Report, name: string): void {
  if (node.kind !== 'scalar' || typeof node.value !== 'number' || Number.isNaN(node.value)) {
    return report(
      'LW104',
      node.range,
      `${name} must be ${shape.type === 'integer' ? 'a whole number' : 'a number'}, found ${kindName(node)}.`,
    );
  }
  const value = node.value;
  if (shape.type === 'integer' && !Number.isInteger(value))
    report('LW104', node.range, `${name} must be a whole number, found ${value}.`);
  else if (shape.minimum !== undefined && value < shape.minimum)
    report('LW105', node.range, `${name} must be at least ${shape.minimum}, found ${value}.`);
  else if (shape.exclusiveMinimum !== undefined && value <= shape.exclusiveMinimum)
    report('LW105', node.range, `${name} must be more than ${shape.exclusiveMinimum}, found ${value}.`);
  else if (shape.maximum !== undefined && value > shape.maximum)
    report('LW105', node.range, `${name} must be at most ${shape.maximum}, found ${value}.`);
  else if (shape.exclusiveMaximum !== undefined && value >= shape.exclusiveMaximum)
    report('LW105', node.range, `${name} must be less than ${shape.exclusiveMaximum}, found ${value}.`);
}

function describeAll(shape: Shape): string[] {
  return [
    ...new Set(
      (shape.anyOf ?? []).map((member) => {
        if (member.const !== undefined) return `\`${member.const}\``;
        const names: Record<string, string> = {
          object: 'a mapping',
          array: 'a list',
          string: 'text',
          number: 'a number',
          integer: 'a whole number',
          boolean: 'true or false',
          null: 'empty',
        };
        return names[member.type ?? ''] ?? 'any value';
      }),
    ),
  ];
}

function orList(words: string[]): string {
  return words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}

/** Returns the problem for a shape finding, and its fix. */
export function shapeProblem(
  file: string,
  lines: LineIndex,
  ...[code, range, message, more]: Parameters<Report>
): Problem {
  const fix = more?.fix;
  return {
    ...lines.place(file, range),
    code,
    severity: more?.severity ?? 'error',
    message,
    ...(more?.variable === undefined ? {} : { variable: more.variable }),
    ...(fix ? { fixes: [{ title: fix.title, edits: [{ ...lines.place(file, fix.range), newText: fix.text }] }] } : {}),
  };
}
