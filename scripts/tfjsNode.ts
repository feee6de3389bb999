import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { alone } from './alone.ts';

// @tensorflow/tfjs-node for tests and benchmarks, made once in the cache folder: `node scripts/tfjsNode.ts`. Its
// install script downloads TensorFlow from a place that not every machine reaches. On Linux x64 its binding is therefore
// compiled from the package's own source against the TensorFlow in PyPI's wheel. Elsewhere npm installs it as usual.

const version = '4.22.0';
/** The release that the binding of this version is written for. */
const tensorflow = '2.15.1';

const folder = join(
  process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'),
  'loopwright',
  `tfjs-node-${version}-${process.platform}-${process.arch}`,
);
const complete = join(folder, 'complete');
const compiles = process.platform === 'linux' && process.arch === 'x64';

/** The folder with `node_modules/@tensorflow/tfjs-node`, for LOOPWRIGHT_TFJS_NODE; made when it is not there. */
export function prepareTfjsNode(): { folder: string; why: null } | { folder: null; why: string } {
  if (existsSync(complete)) return { folder, why: null };
  mkdirSync(folder, { recursive: true });
  using _ = alone(`${folder}.lock`);
  if (existsSync(complete)) return { folder, why: null };
  try {
    install();
    if (compiles) compile(fetchTensorflow());
    run(process.execPath, ['-e', probe], folder);
    writeFileSync(complete, '');
    return { folder, why: null };
  } catch (error) {
    return { folder: null, why: error instanceof Error ? error.message : String(error) };
  }
}

// The same two functions that Loopwright puts back: tfjs-node calls them, Node has removed them.
const probe = `const util = require('node:util');
util.isNullOrUndefined = (value) => value == null;
util.isArray = Array.isArray;
process.env.TF_CPP_MIN_LOG_LEVEL = '2';
const tf = require('@tensorflow/tfjs-node');
if (tf.getBackend() !== 'tensorflow' || tf.add(1, 1).dataSync()[0] !== 2) throw new Error('1 + 1 is not 2');`;

function install(): void {
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  const packages = [`@tensorflow/tfjs-node@${version}`, ...(compiles ? ['node-api-headers'] : [])];
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error', ...(compiles ? ['--ignore-scripts'] : [])];
  run('npm', ['install', ...quiet, ...packages], folder);
}

/** Puts TensorFlow's libraries and headers into a folder of their own, and returns it. */
function fetchTensorflow(): string {
  const place = join(folder, 'tensorflow');
  const wheels = join(folder, 'wheels');
  const python = join(folder, 'venv/bin/python');
  run('python3', ['-m', 'venv', join(folder, 'venv')], folder);
  const wheel = ['--no-deps', '--only-binary=:all:', '--python-version=3.11', '--platform=manylinux2014_x86_64'];
  run(
    python,
    [
      '-m',
      'pip',
      'download',
      '-q',
      '--disable-pip-version-check',
      ...wheel,
      '-d',
      wheels,
      `tensorflow-cpu==${tensorflow}`,
    ],
    folder,
  );
  const [file] = readdirSync(wheels);
  run(python, ['-c', unpack, join(wheels, file ?? ''), place], folder);
  for (const done of [wheels, join(folder, 'venv')]) rmSync(done, { recursive: true, force: true });
  return join(place, 'tensorflow');
}

const unpack = `import sys, zipfile
wanted = ["tensorflow/libtensorflow", *(f"tensorflow/include/{part}/" for part in ("tensorflow", "xla", "tsl"))]
with zipfile.ZipFile(sys.argv[1]) as wheel:
    wheel.extractall(sys.argv[2], [name for name in wheel.namelist() if name.startswith(tuple(wanted))])`;

function compile(library: string): void {
  const source = join(folder, 'node_modules/@tensorflow/tfjs-node');
  const target = join(source, 'lib/napi-v8');
  mkdirSync(target, { recursive: true });
  const includes = ['.', join(folder, 'node_modules/node-api-headers/include'), join(library, 'include')];
  const links = ['-l:libtensorflow_cc.so.2', '-l:libtensorflow_framework.so.2', `-Wl,-rpath,${library}`];
  const files = ['binding/tfjs_backend.cc', 'binding/tfjs_binding.cc', '-o', join(target, 'tfjs_binding.node')];
  const options = ['-std=c++17', '-O2', '-fPIC', '-shared', '-DNAPI_VERSION=8'];
  run('g++', [...options, ...includes.map((path) => `-I${path}`), ...files, `-L${library}`, ...links], source);
}

function run(command: string, args: readonly string[], cwd: string): void {
  const { status, error, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8', timeout: 600_000 });
  if (status === 0) return;
  const last = error?.message ?? stderr.trim().split('\n').slice(-3).join('; ');
  throw new Error(`\`${command} ${args.slice(0, 3).join(' ')} …\` failed: ${last}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { folder: made, why } = prepareTfjsNode();
  console.log(made ?? `@tensorflow/tfjs-node could not be made: ${why}`);
  if (made === null) process.exitCode = 1;
}
