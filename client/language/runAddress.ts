import type { BlameItem, RunPart } from '../../protocol/blame.ts';

/** The scheme of documents that show a part of a run as it was. */
export const runScheme = 'loopwright-run';

export interface RunAddress {
  /** Folder of the project. */
  root: string;
  runId: string;
  part: RunPart;
}

const files: Record<Exclude<RunPart['part'], 'code'>, string> = {
  params: 'params.yaml',
  data: 'data.yaml',
  environment: 'environment.yaml',
  packages: 'packages.txt',
};

/** The name of a part as a path, whose ending tells the editor the language. */
export function fileOf(part: RunPart): string {
  return part.part === 'code' ? part.path.replaceAll('../', '') : files[part.part];
}

/**
 * Path and query of the address of a part; the run's short id leads the path, so that two runs are told apart in a
 * title.
 */
export function writeAddress({ root, runId, part }: RunAddress): { path: string; query: string } {
  return { path: `/${runId.slice(0, 8)}/${fileOf(part)}`, query: JSON.stringify({ root, runId, part }) };
}

/** What an address is about; null for one that is no address of a part of a run. */
export function readAddress(query: string): RunAddress | null {
  try {
    const { root, runId, part } = JSON.parse(query) as Partial<RunAddress>;
    if (typeof root !== 'string' || typeof runId !== 'string' || typeof part !== 'object') return null;
    if (part.part === 'code')
      return typeof part.path === 'string' ? { root, runId, part: { part: 'code', path: part.path } } : null;
    return Object.hasOwn(files, part.part) ? { root, runId, part: { part: part.part } } : null;
  } catch {
    return null;
  }
}

/** The part of a run that shows a difference. */
export function partOf({ kind, path }: Pick<BlameItem, 'kind' | 'path'>, projectFile = 'loopwright.yaml'): RunPart {
  if (path !== null) return { part: 'code', path };
  switch (kind) {
    case 'data':
      return { part: 'data' };
    case 'package':
      return { part: 'packages' };
    case 'runtime':
    case 'hardware':
      return { part: 'environment' };
    case 'code':
    case 'stage':
      return { part: 'code', path: projectFile };
    case 'param':
    case 'seed':
    case 'period':
      return { part: 'params' };
  }
}

/** The parts that show all differences, in their order, each once. */
export function partsOf(items: readonly Pick<BlameItem, 'kind' | 'path'>[], projectFile?: string): RunPart[] {
  return [...new Map(items.map((item) => partOf(item, projectFile)).map((part) => [fileOf(part), part])).values()];
}
