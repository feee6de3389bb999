import { anyModel } from './anyModel.ts';
import { brokenFile } from './brokenFile.ts';
import { dvcFolder } from './dvcFolder.ts';
import { firstSteps } from './firstSteps.ts';
import type { PersonSession } from './personTest.ts';
import { gates } from './gates.ts';
import { hostileProject } from './hostile.ts';
import { kills } from './kills.ts';
import { manyProjects } from './manyProjects.ts';
import { labelling } from './labelling.ts';
import { language } from './language.ts';
import { profile } from './profile.ts';
import { programs } from './programs.ts';
import { recovery } from './recovery.ts';
import { runHistory } from './runHistory.ts';
import { sources } from './sources.ts';
import { story } from './story.ts';
import { typing } from './typing.ts';
import { untrustedFolder } from './untrusted.ts';

export const personSessions: Record<string, PersonSession> = {
  story,
  anyModel,
  language,
  typing,
  brokenFile,
  firstSteps,
  profile,
  gates,
  programs,
  sources,
  labelling,
  runHistory,
  recovery,
  kills,
  manyProjects,
  dvcFolder,
  untrustedFolder,
  hostileProject,
};

/** Played at length only: what they show in the editor, tests of the engine and of the service show without it. */
export const longSessions = [
  'brokenFile',
  'dvcFolder',
  'hostileProject',
  'kills',
  'labelling',
  'manyProjects',
  'pictures',
  'programs',
  'recovery',
];
