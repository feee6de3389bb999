import { randomUUID } from 'node:crypto';
import { ensureExperiment } from '../tracking/experiments.ts';
import {
  addLoggedRun,
  noteProgram,
  runRow,
  setLoggedStatus,
  setRunDeleted,
  setRunName,
} from '../tracking/loggedRuns.ts';
import { runName } from '../tracking/runName.ts';
import type { RunRow } from '../tracking/runSummaries.ts';
import { tagOf } from '../tracking/runTags.ts';
import { knownTags, writeTag } from '../tracking/writeRun.ts';
import { activeExperiment } from './experimentCalls.ts';
import { invalid } from './mlflowError.ts';
import { optionalInteger, optionalText, text, type Call, type Handler } from './request.ts';
import { activeRun, isOurs, runInfo, runOf, statusFrom, tagsIn, wholeRuns } from './runInfo.ts';

const ended = new Set(['finished', 'refused', 'failed', 'cancelled', 'interrupted']);

/**
 * Starts a run. The first run that the program of a stage starts is the stage's own run, so that its data, gates and
 * log belong to it; further ones are children of it.
 */
const create: Handler = (call) => {
  const { store, body, stage } = call;
  const id = optionalText(body, 'experiment_id');
  const tags = tagsIn(body);
  return store.sql.write(() => {
    const experiment = activeExperiment(store, id === undefined || id === '' ? '0' : id);
    const own = stage && !tags.has(knownTags.parent) ? adopted(call, tags) : null;
    if (own) return { run: wholeRuns(store, [own], stage)[0] };
    const named = optionalText(body, 'run_name') ?? '';
    const tagged = tags.get(knownTags.name) ?? '';
    if (named !== '' && tagged !== '' && named !== tagged)
      throw invalid(
        `Both 'run_name' argument and 'mlflow.runName' tag are specified, but with different values (run_name='${named}', mlflow.runName='${tagged}').`,
      );
    const runId = randomUUID().replaceAll('-', '');
    const program = call.client();
    if (!program && process.platform !== 'linux') void noteLater(call, runId);
    const name = named || tagged || runName(runId);
    const run = addLoggedRun(store, {
      runId,
      name,
      experiment: ensureExperiment(store, experiment.name).name,
      status: 'running',
      startedAt: optionalInteger(body, 'start_time') ?? Date.now(),
      endedAt: null,
      deletedAt: null,
      source: 'mlflow',
      userId: optionalText(body, 'user_id') ?? tags.get('mlflow.user') ?? '',
      artifactUri: experiment.artifactLocation === null ? null : `${experiment.artifactLocation}/${runId}/artifacts`,
      commit: tags.get('mlflow.source.git.commit') ?? null,
      branch: tags.get('mlflow.source.git.branch'),
      remote: tags.get('mlflow.source.git.repoURL'),
      command: tags.get('mlflow.source.name') ?? '',
      program,
    });
    tags.set(knownTags.name, name);
    if (stage && !tags.has(knownTags.parent)) tags.set(knownTags.parent, stage.runId);
    for (const [key, value] of tags) writeTag(store, run, key, value);
    return { run: wholeRuns(store, [runOf(store, runId)])[0] };
  });
};

/** Records the program that logs a run, once the system has reported it. */
async function noteLater({ store, clientLater }: Call, runId: string): Promise<void> {
  const program = await clientLater();
  try {
    if (program) noteProgram(store, runId, program);
  } catch {
    // The store was closed in the meantime; a run without a known process is never marked interrupted.
  }
}

const adoptedTag = 'mlflow.loopwright.adopted';

/** The run of the stage for the first run that its program starts; null for later ones. */
function adopted({ store, stage }: Call, tags: Map<string, string>): RunRow | null {
  const row = stage ? runRow(store, stage.runId) : null;
  if (!stage || !row || row.deleted_at !== null) return null;
  const known = tagOf(store, row.id, adoptedTag) ?? '';
  if (known.split('\n').includes(stage.stage)) return null;
  writeTag(store, row.id, adoptedTag, known === '' ? stage.stage : `${known}\n${stage.stage}`);
  for (const [key, value] of tags) if (key !== knownTags.name) writeTag(store, row.id, key, value);
  return row;
}

const update: Handler = ({ store, body, client }) => {
  const row = activeRun(store, text(body, 'run_id', 'run_uuid'));
  return store.sql.write(() => {
    const name = optionalText(body, 'run_name');
    if (name !== undefined && name !== '') {
      setRunName(store, row.id, name);
      writeTag(store, row.id, knownTags.name, name);
    }
    const told = typeof body.status === 'number' ? String(body.status) : optionalText(body, 'status');
    // The stage determines how its run ends: checks that fail may follow its program.
    if (told !== undefined && !isOurs(row)) {
      const status = statusFrom(told);
      const end = optionalInteger(body, 'end_time') ?? null;
      setLoggedStatus(store, row, {
        status,
        endedAt: ended.has(status) ? (end ?? row.ended_at ?? Date.now()) : end,
        program: ended.has(status) ? null : client(),
      });
    }
    return { run_info: runInfo(store, runOf(store, row.run_id)) };
  });
};

/** The calls for whole runs, by path. */
export const runCalls: Record<string, Handler> = {
  'runs/create': create,
  'runs/update': update,
  'runs/get': ({ store, body, stage }) => ({
    run: wholeRuns(store, [runOf(store, text(body, 'run_id', 'run_uuid'))], stage)[0],
  }),
  'runs/delete': ({ store, body }) => {
    const row = runOf(store, text(body, 'run_id'));
    if (row.deleted_at === null) setRunDeleted(store, row.id, Date.now());
    return {};
  },
  'runs/restore': ({ store, body }) => {
    setRunDeleted(store, runOf(store, text(body, 'run_id')).id, null);
    return {};
  },
};
