import { dirname, join } from 'node:path/posix';
import { textOf } from '../project/loadProject.ts';
import type { CmdStage } from '../project/schema/cmdStage.ts';
import type { CheckContext } from './rule.ts';

/** Python modules that log no model to MLflow by themselves. Modules that start other programs are not among them. */
const harmless = new Set(
  (
    '__future__ abc argparse ast asyncio base64 bisect collections concurrent contextlib copy csv dataclasses datetime decimal ' +
    'enum fractions functools gc getpass glob gzip hashlib heapq html http inspect io itertools json logging math ' +
    'multiprocessing numbers operator os pathlib pickle platform pprint queue random re secrets shelve shutil signal sqlite3 ' +
    'statistics string struct sys tempfile textwrap threading time timeit tomllib traceback types typing unittest urllib uuid ' +
    'warnings weakref xml zipfile zlib zoneinfo catboost duckdb joblib keras lightgbm matplotlib numpy openpyxl pandas polars ' +
    'pyarrow requests scipy seaborn sklearn statsmodels tensorflow torch tqdm xgboost yaml'
  ).split(' '),
);
const script = /\.(py|ipynb|r|jl|sh|js|mjs|cjs|ts)$/i;
const logging = /mlflow|log_model|autolog/i;
const starts = /\b(os\.system|os\.exec\w*|exec|eval|__import__)\s*\(/;

/**
 * Whether a command may log a model to MLflow, by the texts of its scripts and of the files of the project that these
 * import or start. `no`: all that it runs is known. `unknown`: it runs something else as well.
 */
export function logsModel({ project }: CheckContext, { cmd, deps = [] }: CmdStage): 'yes' | 'no' | 'unknown' {
  if (/mlflow/i.test(cmd)) return 'yes';
  const isFile = (path: string) => project.files.exists(path) && script.test(path);
  const first = [...new Set([...scriptsIn(cmd), ...deps])].filter(isFile);
  const seen = new Set(first);
  let isWhole = cmd.split(/&&|\|\||[;|\n]/).every((part) => scriptsIn(part).some(isFile));
  // The set grows while it is read.
  for (const path of seen) {
    const text = textOf(project, path);
    if (logging.test(text)) return 'yes';
    if (!path.endsWith('.py') || starts.test(text)) isWhole = false;
    const imports = path.endsWith('.py') ? importsOf(text) : [];
    for (const named of imports) {
      const files = filesOf(named, dirname(path)).filter(isFile);
      for (const file of files) seen.add(file);
      const [root = ''] = named.module.split('.');
      if (files.length === 0 && (root === '' || !harmless.has(root))) isWhole = false;
    }
    if (path.endsWith('.sh'))
      for (const word of scriptsIn(text))
        for (const file of [word, join(dirname(path), word)].filter(isFile)) seen.add(file);
  }
  return isWhole ? 'no' : 'unknown';
}

/** The words of a command that may be scripts; `python -m pkg.train` runs `pkg/train.py`. */
function scriptsIn(command: string): string[] {
  const words = command
    .split(/\s+/)
    .map((word) => word.replaceAll(/^["']|(?<!["';)])["';)]+$/g, '').replace(/^\.\//, ''));
  return words.flatMap((word, i) => {
    if (words[i - 1] !== '-m') return [word];
    const path = word.replaceAll('.', '/');
    return [`${path}.py`, `${path}/__main__.py`];
  });
}

interface PythonImport {
  /** Leading dots left out. */
  module: string;
  /** Dots before the module: 0 for an absolute import. */
  level: number;
  names: string[];
}

function importsOf(text: string): PythonImport[] {
  const plain = [...text.matchAll(/^[ \t]*import[ \t]+([^\n#;]+)/gm)].flatMap(([, list = '']) =>
    list.split(',').map((one) => ({ module: one.trim().split(/\s/)[0] ?? '', level: 0, names: [] })),
  );
  const from = [...text.matchAll(/^[ \t]*from[ \t]+(\.*)([\w.]*)[ \t]+import[ \t]+(\([^)]*\)|[^\n#;]+)/gm)].map(
    ([, dots = '', module = '', list = '']) => ({
      module,
      level: dots.length,
      names: list.match(/\w+/g) ?? [],
    }),
  );
  return [...plain, ...from];
}

/** The files that an import may mean: beside the script, in the folder that its dots name, or from the root. */
function filesOf({ module, level, names }: PythonImport, folder: string): string[] {
  const path = module.replaceAll('.', '/');
  const bases = level === 0 ? [folder, '.', 'src'] : [join(folder, '../'.repeat(level - 1))];
  return bases.flatMap((base) => {
    const at = join(base, path);
    return [`${at}.py`, join(at, '__init__.py'), ...names.map((name) => join(at, `${name}.py`))];
  });
}
