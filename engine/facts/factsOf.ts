import type { Fact } from './facts.ts';
import { noFacts, type DatasetFacts, type Facts, type HistoryFacts, type SqlFacts, type TrainFacts } from './facts.ts';
import { requestKey, type FactRequest } from './requests.ts';

/** Returns the subject of a fact, independent of the details of the request. */
export function factName(request: FactRequest): string {
  return request.kind === 'history' ? 'history ' : `${request.kind} ${request.name}`;
}

/**
 * Returns the facts of a project, looked up by its current requests. A fact of an outdated request is used only when
 * `older` contains it, by name.
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
  // Each kind of request has its own kind of fact.
  return {
    dataset: (name) => (byName.get(`dataset ${name}`) ?? null) as DatasetFacts | null,
    train: (stage) => (byName.get(`train ${stage}`) ?? null) as TrainFacts | null,
    sql: (stage) => (byName.get(`sql ${stage}`) ?? null) as SqlFacts | null,
    history: () => (byName.get('history ') ?? null) as HistoryFacts | null,
  };
}
