import { execFile } from 'node:child_process';
import { statfs } from 'node:fs/promises';
import { promisify } from 'node:util';
import { readRegularFile } from '../../engine/base/readRegularFile.ts';
import { openDatabase } from '../../engine/data/database.ts';
import { NoProjectError, messageOf } from '../../engine/base/errors.ts';
import { findPython, foldersAbove, pythonText, type FoundPython } from '../../engine/python/findPython.ts';
import { systemPython } from '../../engine/python/systemPython.ts';
import { programEnvironment } from '../../engine/base/programEnvironment.ts';
import { shapeProblems, type Project } from '../../engine/project/loadProject.ts';
import { loadBackend } from '../../engine/models/backend.ts';
import { findTfjsNode, tfjsNodeInstall } from '../../engine/models/tfjsNode.ts';
import { openDatabase as openSqlite } from '../../engine/store/openDatabase.ts';
import { exitCodes } from '../../protocol/problem.ts';
import type { CommandContext } from '../context.ts';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isInside } from '../../engine/base/projectPath.ts';

interface Finding {
  name: string;
  /** `missing` is only a warning: only the stages that need it do not work. */
  state: 'ok' | 'missing' | 'broken';
  detail: string;
}

const run = promisify(execFile);

/** `loopwright doctor`: what works on this machine, and how to fix what does not. */
export async function doctor(context: CommandContext): Promise<number> {
  const findings = [
    await probe('Node', async () => process.version),
    await probe('SQLite', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'loopwright-'));
      try {
        const db = openSqlite(join(folder, 'probe.db'));
        const version = db.get<{ v: string }>('SELECT sqlite_version() AS v')?.v ?? '';
        db.close();
        return version;
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    }),
    await probe('DuckDB', async () => {
      const db = await openDatabase();
      const [row] = await db.rows('SELECT version() AS v');
      db.close();
      return String(row?.['v']);
    }),
    await probe('TensorFlow.js', async () => `backend ${(await loadBackend('wasm')).name}`),
    await tfjsNodeFinding(),
    await probe(
      'git',
      async () => (await run('git', ['--version'])).stdout.trim(),
      'runs are recorded without a commit; install git',
    ),
    await pythonFinding(context),
    await probe('Disk', async () => {
      const { bavail, bsize } = await statfs(process.cwd());
      const free = (bavail * bsize) / 1e9;
      if (free < 1) throw new Error(`${free.toFixed(1)} GB free; runs need at least 1 GB for artifacts`);
      return `${free.toFixed(0)} GB free`;
    }),
    projectFinding(context),
  ];
  if (context.json) context.printJson(findings);
  else
    for (const { name, state, detail } of findings)
      context.terminal.line(`${{ ok: '✓', missing: '○', broken: '✗' }[state]} ${name.padEnd(14)} ${detail}`);
  return findings.some((finding) => finding.state === 'broken') ? exitCodes.failed : exitCodes.done;
}

/** Whether the project here can be used. No project is not a fault; a project with errors is, and the first is shown. */
function projectFinding(context: CommandContext): Finding {
  const name = 'Project';
  try {
    const project = context.project();
    const first = shapeProblems(project).find(({ severity }) => severity === 'error');
    if (!first) return { name, state: 'ok', detail: project.root };
    return {
      name,
      state: 'broken',
      detail: `${project.root}: ${first.file}:${first.line}:${first.column}: ${first.message} \`loopwright check\` tells all.`,
    };
  } catch (error) {
    if (error instanceof NoProjectError)
      return { name, state: 'missing', detail: 'no loopwright.yaml here or above; `loopwright init` makes one' };
    return { name, state: 'broken', detail: messageOf(error) };
  }
}

/** tfjs-node is optional: without it, large networks train longer. */
async function tfjsNodeFinding(): Promise<Finding> {
  const name = 'tfjs-node';
  try {
    const folder = findTfjsNode();
    if (folder === null)
      return { name, state: 'missing', detail: `large networks train faster with it; \`${tfjsNodeInstall}\`` };
    await loadBackend('tensorflow');
    return { name, state: 'ok', detail: `backend tensorflow, for large networks · ${folder}` };
  } catch (error) {
    return { name, state: 'broken', detail: messageOf(error) };
  }
}

/**
 * The Python of the project here, or the one that a new project would have. A wrong `python` key is a fault; a missing
 * Python is not.
 */
async function pythonFinding(context: CommandContext): Promise<Finding> {
  const python = `only \`cmd\` stages that call Python need it; install Python 3, or make an environment: \`${systemPython} -m venv .venv\``;
  let project: Project | null = null;
  try {
    project = context.project();
  } catch {
    // Outside a project.
  }
  try {
    const root = project?.root ?? process.cwd();
    const found = findPython({ root, python: project?.readable?.config.python });
    if (!found) return { name: 'Python', state: 'missing', detail: python };
    const where = `${pythonText(found, root)} (${found.why})`;
    const version = await pythonVersion(found, root);
    if (version === null)
      return {
        name: 'Python',
        state: 'broken',
        detail: `${where} does not say its version; make the environment again: \`${systemPython} -m venv --clear .venv\``,
      };
    return { name: 'Python', state: 'ok', detail: `${version} · ${where}` };
  } catch (error) {
    return { name: 'Python', state: 'broken', detail: messageOf(error) };
  }
}

/**
 * The version of an interpreter. An interpreter inside the folder is not started, since the folder may be untrusted; its
 * version is read from its environment.
 */
async function pythonVersion({ path, environment }: FoundPython, root: string): Promise<string | null> {
  if (environment?.kind === 'venv') {
    const version = /^version(?:_info)?\s*=\s*(\d[\w.+]*)/m.exec(
      readRegularFile(join(environment.folder, 'pyvenv.cfg')).toString(),
    )?.[1];
    return version === undefined ? null : `Python ${version}`;
  }
  if (environment?.kind === 'conda') {
    const version = readdirSync(join(environment.folder, 'conda-meta'))
      .map((name) => /^python-(\d[\w.]*)-/.exec(name)?.[1])
      .find((found) => found !== undefined);
    return version === undefined ? null : `Python ${version}`;
  }
  if (foldersAbove(root).some(([folder]) => isInside(folder, path))) return null;
  const { stdout, stderr } = await run(path, ['--version'], { env: programEnvironment() });
  const said = (stdout || stderr).trim();
  return said === '' ? null : said;
}

async function probe(name: string, work: () => Promise<string>, optional?: string): Promise<Finding> {
  try {
    return { name, state: 'ok', detail: await work() };
  } catch (error) {
    return optional === undefined
      ? { name, state: 'broken', detail: messageOf(error) }
      : { name, state: 'missing', detail: optional };
  }
}
