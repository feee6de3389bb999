import { QuickPickItemKind, window } from 'vscode';
import type { Project } from '../projects/project.ts';
import { choice, type Choice } from './pick.ts';
import type { CommandContext } from './context.ts';

type Item = Choice<Project | 'follow' | null>;

/** Lets the person choose the project that the sidebar shows and that commands act on. */
export function chooseProject({ projects }: CommandContext): () => Promise<void> {
  return async () => {
    await projects.known;
    const { all, shown, chosen } = projects;
    if (all.length === 0) {
      void window.showInformationMessage(
        'This window has no loopwright.yaml. Run "Loopwright: Create a project" to create one.',
      );
      return;
    }
    const follow: Item = choice('follow', 'Follow the active editor', chosen ? '' : 'in use', 'eye');
    const items: Item[] = all.map((project) =>
      choice(
        project,
        project.name,
        [project.place === project.name ? '' : project.place, project === shown ? 'shown' : '']
          .filter(Boolean)
          .join(' · '),
        project === shown ? 'check' : 'folder',
      ),
    );
    const picked = await window.showQuickPick<Item>(
      [follow, { label: 'projects', kind: QuickPickItemKind.Separator, value: null }, ...items],
      { title: 'Which project should Loopwright show?', matchOnDescription: true },
    );
    if (picked?.value === undefined || picked.value === null) return;
    await projects.choose(picked.value === 'follow' ? undefined : picked.value);
  };
}
