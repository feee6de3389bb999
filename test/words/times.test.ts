import assert from 'node:assert/strict';
import { afterEach, beforeEach, it } from 'node:test';
import { dateText, dateTimeText, duration, exactTime, timeText } from '../../words/times.ts';

const [minute, hour, day] = [60_000, 3_600_000, 86_400_000];
const zone = process.env['TZ'];
let now = 0;

beforeEach(() => {
  process.env['TZ'] = 'Europe/Berlin';
  now = new Date(2026, 10, 20, 12).getTime();
});

afterEach(() => {
  if (zone === undefined) delete process.env['TZ'];
  else process.env['TZ'] = zone;
});

it('a recent time is relative, an older one a date', () => {
  const at = (ago: number): string => timeText(now - ago, now);
  assert.deepEqual([0, 59_000, minute, 5 * minute, hour, 23 * hour].map(at), [
    'just now',
    'just now',
    '1 minute ago',
    '5 minutes ago',
    '1 hour ago',
    '23 hours ago',
  ]);
  assert.deepEqual([day, 6 * day, 7 * day, 180 * day, 400 * day].map(at), [
    'yesterday',
    '6 days ago',
    '13 Nov',
    '24 May',
    '16 Oct 2025',
  ]);
  assert.deepEqual([at(-5 * minute), at(-400 * day)], ['in 5 minutes', '25 Dec 2027'], 'a clock may be ahead');
});

it('a date has its year only in another year', () => {
  const at = new Date(2026, 4, 28, 14, 3, 22).getTime();
  assert.equal(dateText(at, now), '28 May');
  assert.equal(dateText(new Date(2025, 11, 31, 23, 59).getTime(), new Date(2026, 0, 1).getTime()), '31 Dec 2025');
  assert.equal(dateTimeText(at, now), '28 May, 14:03');
  assert.equal(dateTimeText(new Date(2024, 1, 29, 0, 5).getTime(), now), '29 Feb 2024, 00:05');
  assert.equal(exactTime(at), '28 May 2026, 14:03:22');
});

it('dates follow the clock of the reader through summer time, ages follow elapsed time', () => {
  const spring = Date.UTC(2026, 2, 29, 1);
  assert.deepEqual(
    [dateTimeText(spring - minute, now), dateTimeText(spring, now)],
    ['29 Mar, 01:59', '29 Mar, 03:00'],
    'the hour from 2 to 3 does not exist',
  );
  const autumn = Date.UTC(2026, 9, 25, 1);
  assert.deepEqual(
    [dateTimeText(autumn - minute, now), dateTimeText(autumn, now)],
    ['25 Oct, 02:59', '25 Oct, 02:00'],
    'the hour from 2 to 3 comes twice',
  );
  // The day of the change has 23 hours: the same time of day on the day before is not yet a full day ago.
  assert.equal(timeText(new Date(2026, 2, 28, 12).getTime(), new Date(2026, 2, 29, 12).getTime()), '23 hours ago');
  assert.equal(timeText(new Date(2026, 9, 24, 12).getTime(), new Date(2026, 9, 25, 12).getTime()), 'yesterday');
});

it('a duration has at most two units', () => {
  const texts: [number | null | undefined, string][] = [
    [0, '0 ms'],
    [0.4, '0 ms'],
    [420, '420 ms'],
    [999.4, '999 ms'],
    [999.6, '1.0 s'],
    [1500, '1.5 s'],
    [9949, '9.9 s'],
    [9951, '10 s'],
    [42_400, '42 s'],
    [59_499, '59 s'],
    [59_500, '1 min 0 s'],
    [59_999, '1 min 0 s'],
    [60_000, '1 min 0 s'],
    [119_900, '1 min 59 s'],
    [185_000, '3 min 5 s'],
    [3_599_999, '59 min 59 s'],
    [hour, '1 h 0 min'],
    [2 * hour + 10 * minute, '2 h 10 min'],
    [72 * hour, '72 h 0 min'],
    [-1500, '−1.5 s'],
    [-185_000, '−3 min 5 s'],
    [null, '–'],
    [undefined, '–'],
    [Number.NaN, '–'],
    [Number.POSITIVE_INFINITY, '–'],
  ];
  for (const [ms, text] of texts) assert.equal(duration(ms), text, String(ms));
});
