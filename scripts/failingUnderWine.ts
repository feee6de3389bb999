/** Tests that fail under Wine for a reason of Wine or of the test itself, by name, each with the reason. */
export const failing: Readonly<Record<string, string>> = {
  'lines run in turn until one fails, on every system': 'cmd of Wine 8 runs what follows `&&` after a failure too',
  'finds what Node finds (random globs)': 'the glob of Node, which it compares with, gives paths with backslashes',
  'absolute globs, folders above, folders alone': 'the test names paths of Linux',
  'a folder linked to itself, many wildcards and too many names end': 'Wine makes no links',
  'an artifact is a file below its own run': 'the test names paths of Linux',
  'a suggested name leads nowhere else': 'the test uses a backslash in a name',
  'a task names its project, from the folder of the window, above it too': 'the test names paths of Linux',
  'a project file that is a folder or is unreadable is a problem, not a crash': 'files have no rights to take away',
  'the key comes before the setting, the editor, the folders and the PATH': 'the test makes an environment of Linux',
  'an environment in a parent folder is used up to the root of the repository':
    'the test makes an environment of Linux',
  'a key names a folder, an interpreter, a link or a program on the PATH; any other value is an error':
    'the test makes an environment of Linux',
  'a terminal reads the settings of the editor, with comments and variables': 'the test makes an environment of Linux',
  'activating gives the same result as the script of the environment': 'the test makes an environment of Linux',
  'a missing module is reported with the command that installs it into that Python':
    'the test makes an environment of Linux',
};
