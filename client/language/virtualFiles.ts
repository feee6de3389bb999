import { FileType, Uri, workspace } from 'vscode';
import type { ClientRequests } from '../../protocol/languageServer.ts';
import { projectFileNames, skippedFolders } from '../../protocol/projectFiles.ts';

/** Where files are on no disk of this machine, but can be read through the editor. */
export const virtualSchemes = ['vscode-vfs', 'memfs', 'vscode-test-web'] as const;

const mostNames = 5000;
const mostTexts = 500;
const passedOver = new Set<string>(skippedFolders);

/** The files of the project around an address: the texts of YAML and SQL, the names of all. */
export async function virtualFiles(address: string): Promise<ClientRequests['loopwright/virtualFiles']['result']> {
  const folder = await projectAround(Uri.parse(address));
  if (!folder) return null;
  const found = await filesIn(folder);
  const inFolder = (uri: Uri) => uri.path.slice(folder.path.length + 1);
  const readable = found
    .filter((uri) => /(^|\/)loopwright\.ya?ml$|\.(experiment|dataset)\.ya?ml$|\.sql$/.test(uri.path))
    .slice(0, mostTexts);
  const texts = await Promise.all(
    readable.map(async (uri) => [inFolder(uri), new TextDecoder().decode(await workspace.fs.readFile(uri))] as const),
  );
  return { folder: folder.toString(true), texts: Object.fromEntries(texts), names: found.map(inFolder) };
}

/** Read folder by folder: not every file system can be searched. */
async function filesIn(folder: Uri): Promise<Uri[]> {
  const found: Uri[] = [];
  const folders = [folder];
  for (let at = folders.shift(); at && found.length < mostNames; at = folders.shift()) {
    for (const [name, type] of await workspace.fs.readDirectory(at)) {
      if ((type & FileType.Directory) === 0) found.push(Uri.joinPath(at, name));
      else if (!passedOver.has(name)) folders.push(Uri.joinPath(at, name));
    }
  }
  return found;
}

async function projectAround(uri: Uri): Promise<Uri | null> {
  for (let folder = Uri.joinPath(uri, '..'); ; folder = Uri.joinPath(folder, '..')) {
    const names = (
      await workspace.fs.readDirectory(folder).then(
        (entries) => entries,
        () => [],
      )
    ).map(([name]) => name);
    if (projectFileNames.some((name) => names.includes(name))) return folder;
    const above = Uri.joinPath(folder, '..');
    if (above.path === folder.path) return null;
  }
}
