import { buildCard } from '../engine/cards/buildCard.ts';
import { validatedModel } from '../engine/project/models.ts';
import { actorOf } from '../engine/registry/audit.ts';
import { approvalsOf, approveVersion, missingApprovals } from '../engine/registry/approvals.ts';
import { addComment } from '../engine/registry/comments.ts';
import { readRegistryRules } from '../engine/registry/registryRules.ts';
import { versionLineage } from '../engine/cards/versionLineage.ts';
import { inspectNamed } from '../engine/cards/inspectNamed.ts';
import { modelsOfRun } from '../engine/runner/modelsOfRun.ts';
import { promote, rollback } from '../engine/registry/promote.ts';
import { registerRun } from '../engine/registry/registerRun.ts';
import type { AreaHandlers } from './handlers.ts';
import type { HostProject } from './hostProject.ts';
import type { HostStore } from './hostStore.ts';

/** Requests about model versions: cards, registration, promotion, rollback. */
export function modelHandlers(store: HostStore, project: HostProject): AreaHandlers<'models'> {
  return {
    'models/card': (selector) => buildCard(store.required(), project.config(), selector),
    'models/ofRun': ({ runId }) => modelsOfRun(store.required(), runId),
    'models/inspect': ({ address, open, python }) =>
      inspectNamed({ project: project.shown(), store: store.created(), text: address, open, python: python ?? {} }),
    'models/promote': ({ name, version, override, why }) =>
      promote(
        store.required(),
        { name, version },
        { why: why ?? 'promoted by hand', actor: actorOf('editor'), override },
      ),
    'models/lineage': (ref) => versionLineage(store.required(), project.config(), ref),
    'models/approve': ({ name, version, stage, why, withdraw }) => {
      const ref = { name, version };
      const own = store.required();
      approveVersion(own, ref, { stage, why, actor: actorOf('editor') }, withdraw === true ? 'withdraw' : 'approve');
      return {
        approvals: approvalsOf(own, ref),
        missing: missingApprovals(own, ref, stage, readRegistryRules(own.root)),
      };
    },
    'models/comment': ({ name, version, text }) =>
      addComment(store.required(), { name, version }, text, actorOf('editor')),
    'models/register': ({ runId }) =>
      registerRun(store.required(), runId, (stage) => validatedModel(project.config(), stage).name, actorOf('editor')),
    'models/rollback': ({ name }) => rollback(store.required(), name, { actor: actorOf('editor') }),
  };
}
