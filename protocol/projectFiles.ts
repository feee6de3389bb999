/** Names of the file that makes its folder a project. Where both are there, the first is read. */
export const projectFileNames = ['loopwright.yaml', 'loopwright.yml'] as const;

/** Folders of installed, generated or kept files, which hold no project of their own. */
export const skippedFolders = [
  'node_modules',
  '.git',
  '.hg',
  '.svn',
  '.loopwright',
  '.venv',
  'venv',
  'site-packages',
  '__pycache__',
  '.tox',
  '.nox',
  '.mypy_cache',
  '.pytest_cache',
  '.ruff_cache',
  '.ipynb_checkpoints',
] as const;

/** The file beside the project in which people write their parts of the model card. */
export const cardFileName = 'model-card.md';
