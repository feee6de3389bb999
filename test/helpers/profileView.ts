import assert from 'node:assert/strict';
import { after, afterEach, before } from 'node:test';
import type { DataSubject } from '../../protocol/dataProfile.ts';
import { subject } from '../fixtures/views/profile.ts';
import { profileAnswers } from '../fixtures/views/profileAnswers.ts';
import type { ThemeName } from './themes.ts';
import { ViewBench } from './viewPage.ts';
import type { Answers, OpenView } from './viewPage.ts';

/** One bench for the tests of a `describe`, to be called in it. */
export function profileBench() {
  let bench: ViewBench;
  before(async () => {
    bench = await ViewBench.start();
  });
  afterEach(() => bench.closePages());
  after(() => bench.stop());

  const open = (
    answers: Answers = profileAnswers,
    theme: ThemeName = 'dark',
    about: { subject: DataSubject | null; against: DataSubject | null } = { subject, against: null },
    size = { width: 1280, height: 860 },
  ): Promise<OpenView> => bench.open('profile', about, answers, theme, size);

  /** Opens the profile and waits for its last part. */
  const full = async (theme: ThemeName = 'dark', answers: Answers = profileAnswers): Promise<OpenView> => {
    const view = await open(answers, theme);
    await view.page.locator('.verdict .codicon').waitFor();
    return view;
  };
  return { open, full };
}

/** The columns that the table shows. */
export const names = (view: OpenView): Promise<string[]> =>
  view.page.locator('table.columns tbody tr:not(.space) .name').allInnerTexts();

export const clean = async (view: OpenView): Promise<void> => {
  assert.doesNotMatch(await view.page.locator('body').innerText(), /undefined|NaN|Infinity|\[object/);
  assert.deepEqual(view.faults, []);
};
