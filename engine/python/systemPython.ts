/**
 * The words that start Python 3 where a project has none. On Windows they are those of the launcher: `python3` is there
 * often only a link to the Store.
 */
export const systemPython = process.platform === 'win32' ? 'py -3' : 'python3';
