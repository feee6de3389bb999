import { CancelledError, messageOf } from '../../engine/base/errors.ts';
import { FactFinder } from '../../engine/facts/compute.ts';
import type { Answer, Ask } from './messages.ts';

// The process that reads data for the language server. Heavy, native or fragile code runs here, so that typing never
// waits for it.

interface Project {
  finder: FactFinder;
  ask: Ask | null;
  working: boolean;
}

const projects = new Map<string, Project>();
const send = (answer: Answer) => void process.send?.(answer);

process.on('disconnect', () => process.exit(0));
process.on('message', (ask: Ask) => {
  const project = projects.get(ask.root) ?? { finder: new FactFinder(ask.root), ask: null, working: false };
  projects.set(ask.root, project);
  project.ask = ask;
  if (!project.working) void work(project);
});

async function work(project: Project): Promise<void> {
  project.working = true;
  while (project.ask) {
    const { ask } = project;
    project.ask = null;
    try {
      await answer(project, ask);
      if (!project.ask) send({ root: ask.root, done: true });
    } catch (error) {
      if (!(error instanceof CancelledError)) send({ root: ask.root, error: messageOf(error) });
    }
  }
  project.working = false;
}

/** Computes new and outdated facts. A later request for the same project stops it between two facts. */
async function answer(project: Project, { root, requests }: Ask): Promise<void> {
  const open = [];
  for (const { key, stamp, request } of requests) {
    const now = await project.finder.stamp(request);
    if (now.stamp === stamp) continue;
    const known = project.finder.known(now.stamp);
    if (known !== undefined) send({ root, key, stamp: now.stamp, fact: known });
    else {
      if (stamp !== null && request.kind !== 'history') send({ root, key, stamp: now.stamp });
      open.push({ key, request, now });
    }
  }
  for (const { key, request, now } of open) {
    if (project.ask) return;
    try {
      send({ root, key, stamp: now.stamp, fact: await project.finder.find(request, now) });
    } catch (error) {
      if (error instanceof CancelledError) throw error;
      send({ root, error: `${request.kind} of ${request.name}: ${messageOf(error)}` });
    }
  }
}
