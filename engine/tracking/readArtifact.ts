import { closeSync, existsSync, fstatSync, readFileSync, statSync } from 'node:fs';
import { extname } from 'node:path';
import type { ArtifactContent } from '../../protocol/runs.ts';
import { openInside } from '../base/openInside.ts';
import { linkOnWay } from '../base/linkOnWay.ts';
import { WorkError } from '../base/errors.ts';
import { findRun } from './runDetail.ts';
import { artifactsFolder, type Store } from '../store/store.ts';
import { isInside, leadsOut, projectPath } from '../base/projectPath.ts';

const most = 32 * 1024 * 1024;
const types: Record<string, string> = {
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.gif': 'image/gif',
  '.webp': 'image/webp',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
  '.csv': 'text/csv',
  '.txt': 'text/plain',
  '.log': 'text/plain',
  '.md': 'text/markdown',
  '.yaml': 'text/yaml',
  '.yml': 'text/yaml',
  '.py': 'text/plain',
  '.html': 'text/html',
  '.xml': 'text/xml',
  '.toml': 'text/plain',
  '.pdf': 'application/pdf',
  '.ipynb': 'text/plain',
  '.ini': 'text/plain',
  '.cfg': 'text/plain',
  '.sql': 'text/plain',
  '.r': 'text/plain',
  '.jsonl': 'text/plain',
  '.tsv': 'text/plain',
};

export function mimeOf(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return (
    types[extname(path).toLowerCase()] ??
    (['mlmodel', 'mlproject', 'dockerfile'].includes(name.toLowerCase()) ? 'text/plain' : 'application/octet-stream')
  );
}

/**
 * The path of an artifact of a run. Throws WorkError when it is missing, behind a link, or outside the folder of the
 * run.
 */
export function artifactPath(store: Store, runId: string, path: string): string {
  const root = artifactsFolder(store, findRun(store, runId).run_id);
  const full = projectPath(root, path);
  const gone = () => new WorkError(`The run has no artifact \`${path}\`.`);
  if (leadsOut(path) || !isInside(root, full)) throw gone();
  // A link could lead to any file of this user.
  if (!existsSync(full) || linkOnWay(store.folder, full) !== null) throw gone();
  return full;
}

/** An artifact for a view. */
export function readArtifact(store: Store, runId: string, path: string): ArtifactContent {
  const full = artifactPath(store, runId, path);
  const mime = mimeOf(path);
  if (statSync(full).isDirectory()) throw new WorkError(`\`${path}\` is a folder.`);
  const handle = openInside(store.folder, full);
  if (handle === null) throw new WorkError(`The run has no artifact \`${path}\`.`);
  try {
    const bytes = fstatSync(handle).size;
    if (bytes > most) return { path, bytes, mime, base64: null, problem: 'too large to be shown here' };
    return { path, bytes, mime, base64: readFileSync(handle).toString('base64'), problem: null };
  } finally {
    closeSync(handle);
  }
}
