import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import type { FoundScript, ScriptArgument } from '../../protocol/start.ts';

/** True for a file name that can be a machine learning program. */
export function isLooked(name: string): boolean {
  return /\.py$/i.test(name) && !/^(__init__|__main__|setup|conftest)\.py$|^test_|_test\.py$/i.test(name);
}

const libraries: Record<string, string> = {
  mlflow: 'MLflow',
  sklearn: 'scikit-learn',
  xgboost: 'XGBoost',
  lightgbm: 'LightGBM',
  catboost: 'CatBoost',
  torch: 'PyTorch',
  lightning: 'Lightning',
  pytorch_lightning: 'Lightning',
  tensorflow: 'TensorFlow',
  keras: 'Keras',
  transformers: 'Transformers',
  jax: 'JAX',
  flax: 'Flax',
  statsmodels: 'statsmodels',
  fastai: 'fastai',
  autogluon: 'AutoGluon',
  wandb: 'Weights & Biases',
  optuna: 'Optuna',
};
const mostBytes = 1 << 20;

/**
 * Reads the imports, arguments and files of a Python program from its text, without running it. Null for a program
 * without machine learning.
 */
export function lookAtScript(root: string, path: string): FoundScript | null {
  const text = readStart(join(root, path));
  if (text === null) return null;
  const code = withoutComments(text);
  const found = importsOf(code);
  const fits = /\.(fit|train|backward|train_on_batch|fit_transform)\(|\bTrainer\(|lgb\.train|xgb\.train/.test(code);
  const mlflow =
    found.includes('MLflow') &&
    /\bmlflow(\.\w+)*\.(log_\w+|autolog|start_run|set_experiment|log)\b|\bautolog\(/.test(code);
  const byName = /(^|[/_-])train(ing|er)?([_-][\w-]*)?\.py$/i.test(path);
  if (!byName && !mlflow && !(found.length > 0 && fits)) return null;
  const files = filesOf(code, root, dirname(path));
  const reasons = [
    byName ? `named \`${path.split('/').at(-1)}\`` : null,
    mlflow ? 'logs to MLflow' : null,
    fits ? 'trains a model' : null,
  ].filter((reason) => reason !== null);
  return {
    path,
    libraries: found,
    arguments: argumentsOf(code),
    ...files,
    mlflow,
    reason: reasons.join(', '),
    trackingUri: /set_tracking_uri\(\s*(?:uri\s*=\s*)?(["'])(.*?)\1/.exec(code)?.[2] ?? null,
  };
}

function readStart(file: string): string | null {
  try {
    if (!statSync(file).isFile()) return null;
    const handle = openSync(file, 'r');
    try {
      const buffer = Buffer.alloc(mostBytes);
      return buffer
        .subarray(0, readSync(handle, buffer, 0, mostBytes, 0))
        .toString('utf8')
        .replace(/^\uFEFF/, '');
    } finally {
      closeSync(handle);
    }
  } catch {
    return null;
  }
}

/** Returns the code without comments and docstrings. Other strings stay. */
export function withoutComments(text: string): string {
  const pieces = /("""[\s\S]*?"""|'''[\s\S]*?''')|(#[^\n]*)|("(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'?)/g;
  return text.replaceAll(
    pieces,
    (whole: string, long: string | undefined, comment: string | undefined, _short: string | undefined, at: number) => {
      if (comment !== undefined) return '';
      if (long === undefined) return whole;
      // A string at the start of a line is a docstring; one after `=` or `(` is a value.
      const before = text.slice(text.lastIndexOf('\n', at) + 1, at);
      return /^\s*[rRbBuU]?$/.test(before) ? '""' : whole;
    },
  );
}

function importsOf(code: string): string[] {
  const modules = [...code.matchAll(/^[ \t]*(?:from\s+([\w.]+)\s+import|import\s+([\w., \t]+))/gm)]
    .flatMap(([, from, names]) => (from ?? names ?? '').split(','))
    .map((name) => name.trim().split(/[.\s]/)[0] ?? '');
  return [...new Set(modules.flatMap((name) => (Object.hasOwn(libraries, name) ? (libraries[name] ?? []) : [])))];
}

/** Returns the options of argparse, click and typer, in order. */
function argumentsOf(code: string): ScriptArgument[] {
  const calls = [
    ...callsOf(code, /\.add_argument\(/g).map((call) => argparse(call, code)),
    ...callsOf(code, /@?click\.(?:option|argument)\(/g).map(click),
  ];
  const seen = new Set<string>();
  return calls.filter(
    (found): found is ScriptArgument => found !== null && !seen.has(found.param) && Boolean(seen.add(found.param)),
  );
}

/** Returns the texts between the parentheses of calls. */
function callsOf(code: string, start: RegExp): string[] {
  return [...code.matchAll(start)]
    .map((match) => inBrackets(code, match.index + match[0].length))
    .filter((call) => call !== null);
}

function inBrackets(code: string, from: number): string | null {
  let depth = 1;
  let quote = '';
  for (let i = from; i < code.length && i < from + 4000; i++) {
    const c = code.charAt(i);
    if (quote !== '') {
      if (c === '\\') i++;
      else if (c === quote) quote = '';
    } else if (c === '"' || c === "'") quote = c;
    else if (c === '(' || c === '[' || c === '{') depth++;
    else if ((c === ')' || c === ']' || c === '}') && --depth === 0) return code.slice(from, i);
  }
  return null;
}

/** Splits a call at the commas of its outermost level. */
function partsOf(call: string): string[] {
  const parts: string[] = [];
  let [depth, quote, from] = [0, '', 0];
  for (let i = 0; i < call.length; i++) {
    const c = call.charAt(i);
    if (quote !== '') {
      if (c === '\\') i++;
      else if (c === quote) quote = '';
    } else if (c === '"' || c === "'") quote = c;
    else if ('([{'.includes(c)) depth++;
    else if (')]}'.includes(c)) depth--;
    else if (c === ',' && depth === 0) {
      parts.push(call.slice(from, i).trim());
      from = i + 1;
    }
  }
  return [...parts, call.slice(from).trim()].filter((part) => part !== '');
}

const unquoted = (text: string) => /^[rbuf]*(["'])(.*)\1$/s.exec(text.trim())?.[2] ?? null;

function keysOf(parts: readonly string[]): Map<string, string> {
  return new Map(
    parts.flatMap((part) => {
      const [, key = '', value = ''] = /^(\w+)\s*=\s*([\s\S]*)$/.exec(part) ?? [];
      return key === '' ? [] : [[key, value.trim()] as const];
    }),
  );
}

function argparse(call: string, code: string): ScriptArgument | null {
  const parts = partsOf(call);
  const names = parts
    .filter((part) => !/^\w+\s*=/.test(part))
    .map(unquoted)
    .filter((name) => name !== null);
  const flag = names.find((name) => name.startsWith('--')) ?? names[0];
  const keys = keysOf(parts);
  if (flag === undefined || flag === '--version' || keys.get('action')?.includes('version')) return null;
  const action = unquoted(keys.get('action') ?? '');
  if (action === 'store_true' || action === 'store_false')
    return { flag, param: paramName(flag), kind: 'flag', value: false, help: helpOf(keys), required: false };
  if (keys.has('nargs') || action === 'append' || action === 'count')
    return {
      flag,
      param: paramName(flag),
      kind: 'text',
      value: null,
      help: helpOf(keys),
      required: !flag.startsWith('-') && !/^["'][?*]["']$/.test(keys.get('nargs') ?? ''),
    };
  return valueArgument(flag, keys, literal(keys.get('default') ?? '', code));
}

function click(call: string): ScriptArgument | null {
  const parts = partsOf(call);
  const names = parts
    .filter((part) => !/^\w+\s*=/.test(part))
    .map(unquoted)
    .filter((name) => name !== null);
  const flag = names.find((name) => name.startsWith('--')) ?? names[0];
  if (flag === undefined) return null;
  const keys = keysOf(parts);
  const plain = flag.split('/')[0] ?? flag;
  if (keys.get('is_flag') === 'True' || flag.includes('/'))
    return {
      flag: plain,
      param: paramName(plain),
      kind: 'flag',
      value: keys.get('default') === 'True' && !flag.includes('/'),
      help: helpOf(keys),
      required: false,
    };
  return valueArgument(flag, keys, literal(keys.get('default') ?? '', ''));
}

/** An argument that takes a value. */
function valueArgument(flag: string, keys: Map<string, string>, value: ReturnType<typeof literal>): ScriptArgument {
  return {
    flag,
    param: paramName(flag),
    kind: kindOf(keys.get('type'), value),
    value,
    help: helpOf(keys),
    required: keys.get('required') === 'True' || (!flag.startsWith('-') && !keys.has('default')),
  };
}

const helpOf = (keys: Map<string, string>) =>
  (unquoted(keys.get('help') ?? '') ?? '').replaceAll(/\s+/g, ' ').slice(0, 120);
const paramName = (flag: string) =>
  flag
    .replace(/^-+/, '')
    .replaceAll(/[^A-Za-z0-9_]+/g, '_')
    .replace(/^(\d)/, '_$1');

function kindOf(type: string | undefined, value: ScriptArgument['value']): ScriptArgument['kind'] {
  if (type === 'int' || type === 'click.INT') return 'integer';
  if (type === 'float' || type === 'click.FLOAT') return 'number';
  if (type === undefined && typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return 'text';
}

/** Returns the value of a Python literal, or of a name that a line of its own assigns one. Null for anything else. */
function literal(text: string, code: string): ScriptArgument['value'] {
  const plain = text.trim();
  if (/^[-+]?(\d[\d_]*(?:\.\d*)?|\.\d+)([eE][-+]?\d+)?$/.test(plain)) return Number(plain.replaceAll('_', ''));
  if (plain === 'True' || plain === 'False') return plain === 'True';
  const quoted = unquoted(plain);
  if (quoted !== null && !/^f/.test(plain)) return quoted;
  if (/^[A-Z_][A-Z0-9_]*$/.test(plain) && code !== '') {
    const [, value] = new RegExp(`^${plain}\\s*=\\s*([^\\n]+)$`, 'm').exec(code) ?? [];
    return value === undefined ? null : literal(value, '');
  }
  return null;
}

const readers =
  /\b(?:read_(?:csv|parquet|json|table|excel|feather|pickle)|loadtxt|genfromtxt|scan_(?:csv|parquet)|load_dataset|from_csv|DMatrix)\s*\(/g;
const loaders = /\b(?:np|numpy|joblib|torch|pickle|json|yaml)\.(?:load|safe_load)\s*\(/g;
const writers =
  /\b(?:to_(?:csv|parquet|json|pickle|feather)|savefig|save_model|save_weights|write_(?:csv|parquet|text|bytes|json)|dump_model|savetxt|savez?)\s*\(/g;

/**
 * Returns the files that the code names where it reads and writes. Paths are relative to the root. Files that it reads
 * must exist.
 */
function filesOf(code: string, root: string, folder: string): Pick<FoundScript, 'reads' | 'writes' | 'metrics'> {
  const reads = new Set<string>();
  const writes = new Set<string>();
  // A program starts in the root, so a path is relative to it, or to the folder of the program when it exists only
  // there.
  const place = (path: string) =>
    (existsSync(join(root, path)) || !existsSync(join(root, folder, path))
      ? normalize(path)
      : normalize(join(folder, path))
    )
      .replaceAll('\\', '/')
      .replace(/^\.\//, '');
  const add = (set: Set<string>, path: string | null) => {
    if (path !== null && isPath(path)) set.add(place(path));
  };
  const value = (part: string) => pathIn(part, code);
  for (const call of [...callsOf(code, readers), ...callsOf(code, loaders)]) add(reads, value(partsOf(call)[0] ?? ''));
  const always = code
    .split('\n')
    .map((line, i, lines) => (isConditional(lines, i) ? '' : line))
    .join('\n');
  for (const call of callsOf(always, writers)) for (const part of partsOf(call).slice(0, 2)) add(writes, value(part));
  for (const call of callsOf(always, /\b(?:joblib|torch|pickle)\.(?:dump|save)\s*\(/g))
    add(writes, value(partsOf(call)[1] ?? ''));
  for (const match of code.matchAll(/(?:\b(\w+)\.)?(?<![\w.])open\s*\(/g)) {
    const parts = partsOf(inBrackets(code, match.index + match[0].length) ?? '');
    const mode = keysOf(parts).get('mode') ?? parts[1] ?? '"r"';
    const writing = /[wax]/.test(unquoted(mode) ?? 'r');
    if (!writing || always.includes(code.slice(match.index, match.index + match[0].length + 40).split('\n')[0] ?? ''))
      add(writing ? writes : reads, value(parts[0] ?? ''));
  }
  for (const match of code.matchAll(/(?:Path\(\s*)?(["'][^"'\n]+["'])\s*\)?\.write_(?:text|bytes)\(/g))
    add(writes, unquoted(match[1] ?? ''));
  for (const path of writes) reads.delete(path);
  const found = [...writes];
  return {
    reads: [...reads].filter((path) => !path.startsWith('..') && existsSync(join(root, path))),
    writes: found.filter((path) => !isMetrics(path)),
    metrics: found.filter(isMetrics),
  };
}

/**
 * True for a line that may not run: it is inside an `except`, or inside an `if` other than that of the main program.
 */
function isConditional(lines: readonly string[], at: number): boolean {
  const indentOf = (line: string) => /^[ \t]*/.exec(line)?.[0].length ?? 0;
  let indent = indentOf(lines[at] ?? '');
  for (let i = at - 1; i >= 0 && indent > 0; i--) {
    const line = lines[i] ?? '';
    if (line.trim() === '' || indentOf(line) >= indent) continue;
    indent = indentOf(line);
    if (/^\s*(if|elif|else|except|while)\b/.test(line) && !/__name__/.test(line)) return true;
  }
  return false;
}

const isMetrics = (path: string) => /(metric|score|result|eval|report)[\w-]*\.json$/i.test(path);
const isPath = (text: string) =>
  /^[^\s{}*?<>|:]+\.\w{1,8}$/.test(text) &&
  !/^(https?|s3|gs|hdfs):/.test(text) &&
  !text.startsWith('/') &&
  !text.startsWith('..');

/**
 * Returns the path that an expression evaluates to: a literal, `Path("x")`, `os.path.join("a", "b")`, `Path("a") /
 * "b"`, a name bound to one, or the default of an argument.
 */
function pathIn(part: string, code: string, depth = 0): string | null {
  const text = part.replace(/^\w+\s*=\s*(?!=)/, '').trim();
  const quoted = unquoted(text);
  if (quoted !== null) return quoted.includes('"') || quoted.includes("'") ? null : quoted;
  const joined = /^(?:os\.)?path\.join\(([\s\S]*)\)$/.exec(text)?.[1];
  if (joined !== undefined) return together(partsOf(joined).map((piece) => pathIn(piece, code, depth + 1)));
  const path = /^(?:pathlib\.)?Path\(([^()]*)\)((?:\s*\/\s*(?:["'][^"']+["']))*)$/.exec(text);
  if (path)
    return together([
      pathIn(path[1] ?? '', code, depth + 1),
      ...[...(path[2] ?? '').matchAll(/["']([^"']+)["']/g)].map(([, piece]) => piece ?? null),
    ]);
  const slashed = /^(\w+)\s*\/\s*["']([^"']+)["']$/.exec(text);
  if (slashed && depth < 3) return together([pathIn(slashed[1] ?? '', code, depth + 1), slashed[2] ?? null]);
  const given = /^(?:args|opts?|options|cfg|config)\.(\w+)$/.exec(text)?.[1];
  if (given !== undefined) {
    const found = argumentsOf(code).find(({ param }) => param === given)?.value;
    return typeof found === 'string' ? found : null;
  }
  if (/^[A-Za-z_]\w*$/.test(text) && depth < 3) {
    const [, value] = new RegExp(`^[ \\t]*${text}\\s*(?::[^=\\n]+)?=\\s*([^\\n=][^\\n]*)$`, 'm').exec(code) ?? [];
    return value === undefined ? null : pathIn(value, code, depth + 1);
  }
  return null;
}

function together(pieces: readonly (string | null)[]): string | null {
  const known = pieces.filter((piece) => piece !== null);
  return known.length === pieces.length && known.length > 0 ? known.join('/').replaceAll(/\/+/g, '/') : null;
}
