import type { Fact } from './facts.ts';
import { noFacts, type DatasetFacts, type Facts, type HistoryFacts, type SqlFacts, type TrainFacts } from './facts.ts';
import { requestKey, type FactRequest } from './requests.ts';

/** What a fact is about, whatever the question was in its details. */
export function factName(request: FactRequest): string {
  return request.kind === 'history' ? 'history ' : `${request.kind} ${request.name}`;
}

/**
 * The facts of a project out of those that were found, by the keys of what it asks now: an answer to an older question
 * is none, unless `older` gives those too, by name.
 */
export function factsOf(
  requests: readonly FactRequest[],
  found: ReadonlyMap<string, Fact>,
  older?: ReadonlyMap<string, Fact>,
): Facts {
  if (found.size === 0 && !older) return noFacts;
  const byName = new Map<string, Fact>();
  for (const request of requests) {
    const name = factName(request);
    const fact = found.get(requestKey(request)) ?? older?.get(name);
    if (fact !== undefined && fact !== null) byName.set(name, fact);
  }
  // Each kind of request has its kind of fact.
  return {
    dataset: (name) => (byName.get(`dataset ${name}`) ?? null) as DatasetFacts | null,
    train: (stage) => (byName.get(`train ${stage}`) ?? null) as TrainFacts | null,
    sql: (stage) => (byName.get(`sql ${stage}`) ?? null) as SqlFacts | null,
    history: () => (byName.get('history ') ?? null) as HistoryFacts | null,
  };
}
