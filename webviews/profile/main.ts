import '../ui/elements.ts';
import '../ui/base.css';
import './profile.css';
import { Connection } from '../ui/connection.ts';
import type { PersistedState } from './model.ts';
import { usePalette } from './palette.ts';
import { Profile } from './profile.ts';

usePalette();
export const profile = new Profile(
  (profile) =>
    new Connection<'profile', PersistedState>({
      open: (opened) => profile.opened(opened),
      changed: () => profile.changed(),
    }),
);
