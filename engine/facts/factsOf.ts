import type { Fact } from './compute.ts';
import { noFacts, type DatasetFacts, type Facts, type HistoryFacts, type SqlFacts, type TrainFacts } from './facts.ts';
import { requestKey, type FactRequest } from './requests.ts';

/** The facts of a project out of those that were found, by the keys of what it asks now: an answer to an older question is none. */
export function factsOf(requests: readonly FactRequest[], found: ReadonlyMap<string, Fact>): Facts {
  if (found.size === 0) return noFacts;
  const byName = new Map<string, Fact>();
  for (const request of requests) {
    const fact = found.get(requestKey(request));
    if (fact !== undefined && fact !== null) byName.set(`${request.kind} ${request.kind === 'history' ? '' : request.name}`, fact);
  }
  // Each kind of request has its kind of fact.
  return {
    dataset: (name) => (byName.get(`dataset ${name}`) ?? null) as DatasetFacts | null,
    train: (stage) => (byName.get(`train ${stage}`) ?? null) as TrainFacts | null,
    sql: (stage) => (byName.get(`sql ${stage}`) ?? null) as SqlFacts | null,
    history: () => (byName.get('history ') ?? null) as HistoryFacts | null,
  };
}
