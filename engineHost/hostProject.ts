import { AskedFiles } from '../engine/project/askedFiles.ts';
import { projectFileIn } from '../engine/project/findProjects.ts';
import { configFor, loadProject, type Project } from '../engine/project/loadProject.ts';
import { diskFiles } from '../engine/project/projectFiles.ts';
import { shownProject } from '../engine/project/shownProject.ts';
import { newestModel } from '../engine/registry/modelVersions.ts';
import type { SubjectPlace } from '../engine/overview/dataSubject.ts';
import type { HostStore } from './hostStore.ts';

/**
 * The project in the engine host's folder. Each request reads the files again, which takes milliseconds and is never
 * stale.
 */
export class HostProject {
  readonly root: string;
  readonly #store: HostStore;
  /** Notes the paths that reading the project asks for, so that these can be watched. */
  readonly asked: AskedFiles;

  constructor(root: string, store: HostStore) {
    this.root = root;
    this.#store = store;
    this.asked = new AskedFiles(diskFiles(root));
  }

  /** True when the folder has a project file, readable or not. */
  exists(): boolean {
    return projectFileIn(this.root) !== null;
  }

  /** The project as its files are now. */
  load(): Project {
    return loadProject(this.root, this.asked);
  }

  /** The project that views show: its last good state while the file cannot be used. */
  shown(): Project {
    return shownProject(this.load(), () => {
      const store = this.#store.current();
      return store && newestModel(store);
    }).project;
  }

  /** The config that views show, without an experiment. Throws ProjectError when the file was never readable. */
  config(): ReturnType<typeof configFor> {
    return configFor(this.shown(), 'default');
  }

  /** Project, config and store for questions about data. */
  place(): SubjectPlace {
    const project = this.shown();
    return { project, config: project.readable?.config ?? null, store: this.#store.current(), folder: this.root };
  }

  /** As `place`, with nothing but the folder where it has no project. */
  placeOrFolder(): SubjectPlace {
    return this.exists() ? this.place() : { project: null, config: null, store: null, folder: this.root };
  }
}
