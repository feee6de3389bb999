import { RelativePattern, Uri, workspace } from 'vscode';
import type { ClientRequests } from '../../protocol/languageServer.ts';

/** Where files are on no disk of this machine, but can be read through the editor. */
export const virtualSchemes = ['vscode-vfs', 'memfs', 'vscode-test-web'] as const;

const mostNames = 5000;
const mostTexts = 500;

/** The files of the project around an address: the texts of YAML and SQL, the names of all. */
export async function virtualFiles(address: string): Promise<ClientRequests['loopwright/virtualFiles']['result']> {
  const folder = await projectAround(Uri.parse(address));
  if (!folder) return null;
  const found = await workspace.findFiles(new RelativePattern(folder, '**/*'), '**/{node_modules,.git,.loopwright}/**', mostNames);
  const inFolder = (uri: Uri) => uri.path.slice(folder.path.length + 1);
  const readable = found.filter((uri) => /(^|\/)loopwright\.ya?ml$|\.(experiment|dataset)\.ya?ml$|\.sql$/.test(uri.path)).slice(0, mostTexts);
  const texts = await Promise.all(readable.map(async (uri) => [inFolder(uri), new TextDecoder().decode(await workspace.fs.readFile(uri))] as const));
  return { folder: folder.toString(true), texts: Object.fromEntries(texts), names: found.map(inFolder) };
}

async function projectAround(uri: Uri): Promise<Uri | null> {
  for (let folder = Uri.joinPath(uri, '..'); ; folder = Uri.joinPath(folder, '..')) {
    try {
      await workspace.fs.stat(Uri.joinPath(folder, 'loopwright.yaml'));
      return folder;
    } catch {
      const above = Uri.joinPath(folder, '..');
      if (above.path === folder.path) return null;
    }
  }
}
