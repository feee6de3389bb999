import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readRegularFile } from '../base/readRegularFile.ts';
import type { PythonTool } from './environments/declaredEnvironment.ts';
import { isWithoutPip, pythonText, type FoundPython } from './findPython.ts';
import { systemPython } from './systemPython.ts';

/** Packages whose name differs from that of their module. */
const packageOf: Record<string, string> = {
  sklearn: 'scikit-learn',
  skimage: 'scikit-image',
  cv2: 'opencv-python',
  PIL: 'pillow',
  yaml: 'pyyaml',
  bs4: 'beautifulsoup4',
  dateutil: 'python-dateutil',
  dotenv: 'python-dotenv',
  attr: 'attrs',
  Crypto: 'pycryptodome',
  serial: 'pyserial',
  fitz: 'pymupdf',
  faiss: 'faiss-cpu',
  umap: 'umap-learn',
  docx: 'python-docx',
  jwt: 'pyjwt',
  magic: 'python-magic',
  mpl_toolkits: 'matplotlib',
  pkg_resources: 'setuptools',
  psycopg2: 'psycopg2-binary',
  MySQLdb: 'mysqlclient',
  usb: 'pyusb',
  git: 'gitpython',
  github: 'pygithub',
  wx: 'wxpython',
  slugify: 'python-slugify',
  Levenshtein: 'levenshtein',
  imblearn: 'imbalanced-learn',
  sentence_transformers: 'sentence-transformers',
};

/** Commands that add packages to the environment of a tool and to its files. In one of conda, pip installs. */
const installs: Partial<Record<PythonTool, string>> = {
  poetry: 'poetry add',
  uv: 'uv add',
  pixi: 'pixi add',
  pipenv: 'pipenv install',
};

/** Returns the module that a program could not import, from its last lines of output; null for any other failure. */
export function missingModule(lines: readonly string[]): string | null {
  for (const line of lines.toReversed()) {
    const found =
      /(?:ModuleNotFoundError: No module named |ImportError: No module named |: No module named )['"]?([\w.]+)['"]?/.exec(
        line,
      )?.[1];
    if (found !== undefined) return found;
  }
  return null;
}

/**
 * Returns a message with the missing module and the command that installs it. `words` start the Python of the command,
 * when the command names its own.
 */
export function missingModuleText(
  module: string,
  options: {
    root: string;
    words: readonly string[] | null;
    python: FoundPython | null;
    variable?: string | undefined;
    /** Further modules that the Python of the project lacks. */
    more?: readonly string[];
  },
): string {
  const { root, words, python, more = [] } = options;
  const top = module.split('.')[0] ?? module;
  const inProject = ['.', 'src', 'lib'].find(
    (folder) => existsSync(join(root, folder, top, '__init__.py')) || existsSync(join(root, folder, `${top}.py`)),
  );
  if (inProject !== undefined) {
    const [where, folder] = inProject === '.' ? ['the project folder', '.'] : [`\`${inProject}/\``, inProject];
    return ` Python has no module \`${module}\`; it is in ${where}, which is not on the module search path. Add \`env: { PYTHONPATH: ${folder} }\` to the stage.`;
  }
  const name = packageOf[top] ?? top;
  const own = words?.[0] !== undefined && !/^(python|python3)$/.test(words[0]) ? words : null;
  if (own?.[0] === 'uv') return ` Python has no module \`${module}\`: \`uv add ${name}\` installs it.`;
  if (own && /^(poetry|pdm|rye)$/.test(own[0] ?? ''))
    return ` Python has no module \`${module}\`: \`${own[0]} add ${name}\` installs it.`;
  if (own?.[0] === 'pipenv') return ` Python has no module \`${module}\`: \`pipenv install ${name}\` installs it.`;
  if (own && own.join(' ') !== python?.path)
    return ` Python has no module \`${module}\`: \`${own.join(' ')} -m pip install ${name}\` installs it.`;
  if (!python) return ` Python has no module \`${module}\`: \`${systemPython} -m pip install ${name}\` installs it.`;
  const modules = [module, ...more];
  const names = modules.map((each) => packageOf[each.split('.')[0] ?? each] ?? each.split('.')[0] ?? each);
  return ` The Python of the project, ${quoted(pythonText(python, root))} (${python.why}), has no module ${modules.map((each) => `\`${each}\``).join(' and no module ')}: \`${installText(listed(names, root) ? ['-r', 'requirements.txt'] : names, python, root)}\` installs ${more.length === 0 ? 'it' : 'them'}.`;
}

/** Whether requirements.txt of the project lists the packages; all that it lists are then installed at once. */
function listed(packages: readonly string[], root: string): boolean {
  const file = join(root, 'requirements.txt');
  if (!existsSync(file)) return false;
  const named = readRegularFile(file)
    .toString()
    .split('\n')
    .map((line) => sameName(/^[\w.-]+/.exec(line.trim())?.[0] ?? ''));
  return packages.every((name) => named.includes(sameName(name)));
}

/** Names of packages compare as in PEP 503. */
const sameName = (name: string) => name.toLowerCase().replace(/[-_.]+/g, '-');

/** Returns the command that installs packages in an environment. */
export function installText(packages: readonly string[], python: FoundPython, root: string): string {
  const ofTool = python.tool && installs[python.tool];
  if (ofTool) return `${ofTool} ${packages.join(' ')}`;
  const path = quoted(pythonText(python, root));
  return `${isWithoutPip(python) ? `uv pip install --python ${path}` : `${path} -m pip install`} ${packages.join(' ')}`;
}

const quoted = (path: string) => (/\s/.test(path) ? `"${path}"` : path);
