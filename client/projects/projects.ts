import { commands, EventEmitter, RelativePattern, Uri, workspace } from 'vscode';
import type { Disposable, Event } from 'vscode';
import { contextKeys } from '../commandIds.ts';
import { Project } from './project.ts';

export const projectFile = 'loopwright.yaml';
/** A project of DVC is run as it is, where there is no file of ours. */
const projectFiles = [projectFile, 'dvc.yaml'];

/** The projects of the window: one for each workspace folder with a loopwright.yaml or a dvc.yaml. */
export class Projects implements Disposable {
  readonly #create: (root: string) => Project;
  readonly #changed = new EventEmitter<void>();
  readonly #parts: Disposable[] = [];
  readonly #watchers = new Map<string, Disposable>();
  #all: Project[] = [];
  #looked = (): void => {};
  /** Settled when the folders were looked through for the first time. */
  readonly known = new Promise<void>((resolve) => {
    this.#looked = resolve;
  });

  constructor(create: (root: string) => Project) {
    this.#create = create;
    this.#parts.push(workspace.onDidChangeWorkspaceFolders(() => void this.find()));
  }

  /** A project appeared, went away, or something in one changed. */
  get onChange(): Event<void> {
    return this.#changed.event;
  }

  get all(): readonly Project[] {
    return this.#all;
  }

  async find(): Promise<void> {
    const folders = (workspace.workspaceFolders ?? []).filter((folder) => folder.uri.scheme === 'file');
    this.#watch(folders.map((folder) => folder.uri));
    const found = await Promise.all(folders.map((folder) => fileIn(folder.uri)));
    const files = new Map(folders.flatMap((folder, index) => { const file = found[index]; return file === undefined ? [] : [[folder.uri.fsPath, file] as const]; }));
    const roots = [...files.keys()];
    for (const gone of this.#all.filter((project) => !roots.includes(project.root))) gone.dispose();
    this.#all = roots.map((root) => this.#all.find((project) => project.root === root) ?? this.#open(root));
    for (const project of this.#all) project.file = files.get(project.root) ?? projectFile;
    await commands.executeCommand('setContext', contextKeys.hasProject, this.#all.length > 0);
    this.#looked();
    this.#changed.fire();
  }

  /** The project that a file belongs to. */
  of(file: string): Project | undefined {
    return this.#all.find((project) => file === project.root || file.startsWith(`${project.root}/`) || file.startsWith(`${project.root}\\`));
  }

  byRoot(root: string): Project | undefined {
    return this.#all.find((project) => project.root === root);
  }

  dispose(): void {
    for (const part of [...this.#parts, ...this.#watchers.values(), ...this.#all]) part.dispose();
    this.#changed.dispose();
  }

  #open(root: string): Project {
    const project = this.#create(root);
    project.onChange(() => this.#changed.fire());
    return project;
  }

  #watch(folders: Uri[]): void {
    for (const folder of folders) {
      if (this.#watchers.has(folder.fsPath)) continue;
      const main = workspace.createFileSystemWatcher(new RelativePattern(folder, `{${projectFiles.join(',')}}`));
      const others = workspace.createFileSystemWatcher(new RelativePattern(folder, '**/*.{experiment,dataset}.yaml'));
      const again = (): void => void this.find();
      const touched = (uri: Uri): void => this.of(uri.fsPath)?.touched();
      main.onDidCreate(again);
      main.onDidDelete(again);
      main.onDidChange(touched);
      for (const event of [others.onDidCreate, others.onDidChange, others.onDidDelete]) event(touched);
      this.#watchers.set(folder.fsPath, { dispose: () => [main, others].forEach((watcher) => watcher.dispose()) });
    }
  }
}

/** The file of the project in a folder; one of ours comes first. */
async function fileIn(folder: Uri): Promise<string | undefined> {
  for (const file of projectFiles) if (await exists(Uri.joinPath(folder, file))) return file;
  return undefined;
}

async function exists(uri: Uri): Promise<boolean> {
  try {
    await workspace.fs.stat(uri);
    return true;
  } catch {
    return false;
  }
}
