import { statSync } from 'node:fs';
import { RecentCache } from '../engine/base/recentCache.ts';
import type { DataSubject } from '../protocol/dataProfile.ts';
import { withDatabase } from '../engine/data/withDatabase.ts';
import {
  datasetTable,
  findSubject,
  subjectChoices,
  type FoundSubject,
  type SubjectPlace,
} from '../engine/overview/dataSubject.ts';
import { outlineSubject, rowsOfSubject } from '../engine/overview/dataOutline.ts';
import {
  compareSubjects,
  foreignSources,
  judgeSubject,
  profileSubject,
  relateSubject,
} from '../engine/overview/dataViews.ts';
import type { AreaHandlers } from './handlers.ts';

const mostKept = 50;

/** Requests about data. Results are kept until a file changes, so that a view that is opened again shows at once. */
export function dataHandlers(placeNow: () => SubjectPlace): AreaHandlers<'data'> {
  const kept = new RecentCache<string, Promise<unknown>>(mostKept);
  const measured = async <T>(
    what: string,
    subject: DataSubject,
    work: (found: FoundSubject, place: SubjectPlace) => Promise<T>,
    beside?: DataSubject,
  ): Promise<T> => {
    const place = placeNow();
    const found = await findSubject(subject, place);
    const others = beside ? (await findSubject(beside, place)).files : [];
    const key = JSON.stringify([
      what,
      subject,
      beside,
      found.schema,
      [...found.files, ...others].map((file) => {
        const stats = statSync(file, { throwIfNoEntry: false });
        return [file, stats?.size, stats?.mtimeMs];
      }),
    ]);
    const known = kept.get(key) as Promise<T> | undefined;
    if (known) return known;
    const working = work(found, place);
    kept.set(key, working);
    // A failed measurement is repeated by the next request.
    working.catch(() => kept.delete(key));
    return working;
  };
  const profileOf = (subject: DataSubject) =>
    measured('profile', subject, (found, place) =>
      withDatabase(undefined, (db) => profileSubject(db, found, { root: place.folder })),
    );
  const relationsOf = (subject: DataSubject) =>
    measured('relations', subject, (found) => withDatabase(undefined, (db) => relateSubject(db, found)));
  return {
    'data/subjects': () => subjectChoices(placeNow()),
    'data/outline': ({ subject }) =>
      measured('outline', subject, (found, place) =>
        withDatabase(undefined, (db) => outlineSubject(db, found, { root: place.folder })),
      ),
    'data/profile': ({ subject }) => profileOf(subject),
    'data/rows': ({ subject, offset, limit }) =>
      measured(`rows ${offset} ${limit}`, subject, (found) =>
        withDatabase(undefined, (db) => rowsOfSubject(db, found, { offset, limit })),
      ),
    'data/relations': ({ subject }) => relationsOf(subject),
    'data/compare': ({ reference, current }) =>
      measured(
        'compare',
        current,
        async (found, place) => {
          const before = await findSubject(reference, place);
          return withDatabase(undefined, (db) => compareSubjects(db, before, found));
        },
        reference,
      ),
    'data/quality': ({ subject }) =>
      measured('quality', subject, async (found, place) => {
        const profile = await profileOf(subject);
        const relations = profile.target === null ? undefined : await relationsOf(subject);
        return withDatabase(undefined, async (db) =>
          judgeSubject(db, found, {
            now: Date.now(),
            foreign: await foreignSources(db, found.schema, (dataset) => datasetTable(place, dataset)),
            profile: profile.columns,
            relations,
          }),
        );
      }),
  };
}
