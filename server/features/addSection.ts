import { createServer } from 'node:net';
import { addSection } from '../../engine/project/addSection.ts';
import { setAt } from '../../engine/project/edit.ts';
import { entryOf, nodeAt } from '../../engine/project/located.ts';
import { loadProject, type Project } from '../../engine/project/loadProject.ts';
import type { AddablePart, LanguageRequests } from '../../protocol/languageServer.ts';
import type { Workspace } from '../workspace.ts';
import { toLspRange } from './ranges.ts';
import { placeIn } from '../places.ts';

const firstPort = 8080;
const portsTried = 50;

/** Adds a part of the life cycle to the project of a file, with a free port of this machine. */
export async function provideSection(
  workspace: Workspace,
  uri: string,
  part: AddablePart,
): Promise<LanguageRequests['loopwright/addSection']['result']> {
  const known = workspace.projectOf(uri);
  const port = await freePort(known);
  const project = workspace.projectOf(uri);
  if (!project) return { refusal: 'There is no loopwright.yaml here. "Loopwright: Create a project" writes one.' };
  const added = addSection(project, part, port);
  if (typeof added === 'string') return { refusal: added };
  const { lines, text } = project.file.parsed;
  const changed = added.edits
    .toReversed()
    .toSorted((a, b) => b.range.start - a.range.start)
    .reduce((made, edit) => made.slice(0, edit.range.start) + edit.text + made.slice(edit.range.end), text);
  const { files } = project;
  const after = loadProject(
    project.root,
    {
      exists: (path) => files.exists(path),
      glob: (pattern) => files.glob(pattern),
      read: (path) => (path === project.file.path ? changed : files.read(path)),
    },
    project.env,
  );
  const [section, name] = added.path;
  const key =
    name === undefined
      ? entryOf(after.file.parsed.root ?? undefined, section)
      : entryOf(nodeAt(after.file.parsed.root ?? undefined, [section]), name);
  return {
    changes: added.edits.map(({ range, text: newText }) => ({ range: toLspRange(lines, range), newText })),
    files: Object.fromEntries(
      Object.entries(added.files).map(([path, content]) => [placeIn(project.root, path), content]),
    ),
    line: key ? toLspRange(after.file.parsed.lines, key.keyRange).start.line : 0,
  };
}

/** Adds the path of a schema file to a dataset without one. */
export function provideSchemaKey(
  workspace: Workspace,
  uri: string,
  dataset: string,
  path: string,
): LanguageRequests['loopwright/declareSchema']['result'] {
  const project = workspace.projectOf(uri);
  const declared = project && nodeAt(project.file.parsed.root ?? undefined, ['datasets', dataset]);
  if (!project || declared?.kind !== 'map' || entryOf(declared, 'schema')) return null;
  const edit = setAt(
    project.file,
    ['datasets', dataset, 'schema'],
    /^[\w./-]+$/.test(path) ? path : JSON.stringify(path),
  );
  return edit && { range: toLspRange(project.file.parsed.lines, edit.range), newText: edit.text };
}

async function freePort(project: Project | null): Promise<number> {
  const taken = new Set(
    Object.values(project?.readable?.config.deployments ?? {}).flatMap((deployment) =>
      deployment.as === 'api' ? [deployment.port] : [],
    ),
  );
  for (let port = firstPort; port < firstPort + portsTried; port++)
    if (!taken.has(port) && (await isFree(port))) return port;
  return firstPort;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
      .once('error', () => resolve(false))
      .listen({ port, host: '127.0.0.1' }, () => server.close(() => resolve(true)));
  });
}
