import { suggestion } from '../base/didYouMean.ts';
import { entryOf, type Entry, type Located, type Range } from './located.ts';

/** Names that `${…}` can refer to. `env` values are read on demand. */
export interface Names {
  params: Map<string, Located>;
  datasets: Map<string, string>;
  env: Record<string, string | undefined>;
  /** Params whose value is being resolved, to report circular references. */
  within?: readonly string[];
}

/**
 * Details of a problem. `isCircular` marks a param that refers to itself; `variable` is an environment variable that is
 * not set.
 */
interface About {
  /** Name of the param, dataset or variable. */
  name?: string;
  isCircular?: boolean;
  variable?: string;
}

type Report = (code: string, range: Range, message: string, about?: About) => void;

/** Matches `env.NAME`, or `env.NAME:-default` with the syntax of a shell. */
const variable = /^env\.([^:]*)(?::-([\s\S]*))?$/;
/** A reference has a bound, since the end of one that is not closed is looked for behind each `${`. */
const pattern = /\$\{([^}]{0,4000})\}/g;

/**
 * Replaces `${params.x}`, `${datasets.x.path}`, `${env.X}` and `${env.X:-default}` in every string. A string that is a
 * single reference gets the value with its type.
 */
export function interpolate(node: Located, names: Names, report: Report): Located {
  if (node.kind === 'seq') return { ...node, items: node.items.map((item) => interpolate(item, names, report)) };
  if (node.kind === 'map')
    return {
      ...node,
      entries: node.entries.map((entry): Entry => ({ ...entry, value: interpolate(entry.value, names, report) })),
    };
  if (typeof node.value !== 'string' || !node.value.includes('${')) return node;
  const text = node.value;
  const whole = /^\$\{([^}]*)\}$/.exec(text);
  if (whole) {
    const found = resolve(whole[1] ?? '', names, node.range, report);
    return found ? atRange(found, node.range) : node;
  }
  const value = text.replace(pattern, (written, expression: string) => {
    const found = resolve(expression, names, node.range, report);
    return found ? asText(found) : written;
  });
  return { ...node, value };
}

/** Returns the params that a text refers to, in order of appearance. */
export function paramsIn(text: string): string[] {
  return [...text.matchAll(pattern)].flatMap((match) =>
    match[1]?.trim().startsWith('params.') ? [match[1].trim().slice('params.'.length)] : [],
  );
}

/** Returns the environment variables that a text refers to, without their defaults. */
export function envIn(text: string): string[] {
  return [
    ...new Set(
      [...text.matchAll(pattern)].flatMap((match) => {
        const name = variable.exec(match[1]?.trim() ?? '')?.[1];
        return name === undefined ? [] : [name];
      }),
    ),
  ];
}

function resolve(expression: string, names: Names, range: Range, report: Report): Located | null {
  const [kind, name = '', rest] = expression.trim().split('.');
  if (kind === 'params') {
    const param = names.params.get(name);
    if (!param || rest !== undefined) {
      report(
        'LW205',
        range,
        `There is no param \`${expression.trim().slice(7)}\`.${suggestion(name, names.params.keys()) || listed(names.params.keys())}`,
        { name },
      );
      return null;
    }
    if (names.within?.includes(name)) {
      report('LW205', range, `The param \`${name}\` refers to itself.`, { name, isCircular: true });
      return null;
    }
    // Other problems inside a param are reported where it is declared.
    const inside = { ...names, within: [...(names.within ?? []), name] };
    return interpolate(param, inside, (code, _inside, message, about) => {
      if (about?.isCircular) report(code, range, message, about);
    });
  }
  if (kind === 'datasets') {
    const path = names.datasets.get(name);
    if (path === undefined || rest !== 'path') {
      report(
        'LW201',
        range,
        path === undefined
          ? `There is no dataset \`${name}\`.${suggestion(name, names.datasets.keys())}`
          : `Only the path of a dataset can be used: \`\${datasets.${name}.path}\`.`,
        { name },
      );
      return null;
    }
    return { kind: 'scalar', range, value: path, quoted: true };
  }
  if (kind === 'env') {
    const [, variableName = '', otherwise] = variable.exec(expression.trim()) ?? [];
    const given = Object.hasOwn(names.env, variableName) ? names.env[variableName] : undefined;
    const value = otherwise !== undefined && (given ?? '') === '' ? otherwise : given;
    if (value === undefined)
      report('LW208', range, `The environment variable \`${variableName}\` is not set here.`, {
        name: variableName,
        variable: variableName,
      });
    return value === undefined ? null : { kind: 'scalar', range, value, quoted: true };
  }
  report(
    'LW109',
    range,
    `\`\${${expression}}\` is not known. Use \`\${params.name}\`, \`\${datasets.name.path}\` or \`\${env.NAME}\`.`,
  );
  return null;
}

function listed(names: Iterable<string>): string {
  const all = [...names];
  return all.length === 0
    ? ' None is declared under `params`.'
    : all.length <= 12
      ? ` Declared: ${all.join(', ')}.`
      : '';
}

function atRange(node: Located, range: Range): Located {
  if (node.kind === 'seq') return { ...node, range, items: node.items.map((item) => atRange(item, range)) };
  return { ...node, range };
}

function asText(node: Located): string {
  if (node.kind === 'scalar') return String(node.value);
  if (node.kind === 'seq')
    return JSON.stringify(node.items.map((item) => (item.kind === 'scalar' ? item.value : asText(item))));
  return '';
}

/** Returns the params of a parsed file by name. */
export function paramsOf(root: Located | null): Map<string, Located> {
  const params = entryOf(root ?? undefined, 'params')?.value;
  return new Map(params?.kind === 'map' ? params.entries.map(({ key, value }) => [key, value]) : []);
}
