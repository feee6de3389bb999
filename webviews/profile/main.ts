import '../ui/elements.ts';
import '../ui/base.css';
import './profile.css';
import './columnTable.css';
import './detail.css';
import './correlations.css';
import './quality.css';
import './narrow.css';
import { startView } from '../ui/frame/frame.ts';
import type { ProfileConnection } from './model.ts';
import { usePalette } from './palette.ts';
import { Profile } from './profile.ts';

usePalette();
startView((connection: ProfileConnection) => new Profile(connection));
