import { saveCard, saveDrift, saveProfile } from '../engine/pages/savePage.ts';
import type { AreaHandlers } from './handlers.ts';
import type { HostProject } from './hostProject.ts';
import type { HostStore } from './hostStore.ts';

/** Requests that write a view as one HTML file. */
export function pageHandlers(
  store: HostStore,
  project: HostProject,
  data: Pick<AreaHandlers<'data'>, 'data/profile' | 'data/relations'>,
): AreaHandlers<'pages'> {
  return {
    'pages/save': async ({ page, path }, signal) => {
      if (page.of === 'card') saveCard(store.required(), project.config(), page, path);
      else if (page.of === 'drift') {
        const configured = { project: project.load(), config: project.config() };
        await saveDrift(store.required(), configured, page.monitor, path, signal);
      } else saveProfile(await data['data/profile'](page), await data['data/relations'](page), path);
      return null;
    },
  };
}
