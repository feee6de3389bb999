import { pythonVenv } from '../helpers/pythonVenv.ts';

/** The tools that make environments of Python and come from PyPI. */
export const toolsVenv = pythonVenv('python-tools-venv', ['uv', 'poetry', 'pipenv'], ['uv', 'poetry', 'pipenv']);
