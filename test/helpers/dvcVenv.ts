import { pythonVenv } from './pythonVenv.ts';

/** DVC and DVCLive. */
export const dvcVenv = pythonVenv('bench-dvc', ['dvc==3.*', 'dvclive==3.*'], ['dvc', 'dvclive']);
