import type { PersonSession } from './personTest.ts';
import { story } from './story.ts';

export const personSessions: Record<string, PersonSession> = { story };
