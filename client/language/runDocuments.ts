import { Uri, workspace } from 'vscode';
import type { Disposable } from 'vscode';
import { messageOf } from '../host/engineError.ts';
import type { Projects } from '../projects/projects.ts';
import { readAddress, runScheme, writeAddress, type RunAddress } from './runAddress.ts';

export function runUri(address: RunAddress): Uri {
  return Uri.from({ scheme: runScheme, ...writeAddress(address) });
}

/**
 * Gives the editor files, params, data and environment of runs as they were, from the engine. What a run did is over,
 * so nothing changes later.
 */
export function runDocuments(projects: Projects): Disposable {
  return workspace.registerTextDocumentContentProvider(runScheme, {
    async provideTextDocumentContent(uri) {
      const address = readAddress(uri.query);
      // After a reload documents are asked for before the folders were looked through.
      await projects.known;
      const project = address ? projects.byRoot(address.root) : undefined;
      if (!address || !project) return 'This run belongs to a project that is not open in this window.';
      try {
        const { text, problem } = await project.engine.request('runs/part', { runId: address.runId, ...address.part });
        return text ?? problem ?? '';
      } catch (error) {
        return messageOf(error);
      }
    },
  });
}
