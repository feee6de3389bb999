/** Every command of the extension, typed in one place; a test compares them with package.json. */
export const commandIds = {
  runStage: 'loopwright.runStage',
  runAll: 'loopwright.runAll',
  pullData: 'loopwright.pullData',
  stopRun: 'loopwright.stopRun',
  showOutput: 'loopwright.showOutput',
  whyStale: 'loopwright.whyStale',
  runExperiment: 'loopwright.runExperiment',
  openRunHistory: 'loopwright.openRunHistory',
  compareRuns: 'loopwright.compareRuns',
  openModelCard: 'loopwright.openModelCard',
  openDrift: 'loopwright.openDrift',
  openProfile: 'loopwright.openProfile',
  openLabelling: 'loopwright.openLabelling',
  previewSource: 'loopwright.previewSource',
  testSource: 'loopwright.testSource',
  openFailedRows: 'loopwright.openFailedRows',
  openStage: 'loopwright.openStage',
  openFile: 'loopwright.openFile',
  importRuns: 'loopwright.importRuns',
  exportRuns: 'loopwright.exportRuns',
  reproduceRun: 'loopwright.reproduceRun',
  trackPrograms: 'loopwright.trackPrograms',
  inferSchema: 'loopwright.inferSchema',
  registerRun: 'loopwright.registerRun',
  validateModel: 'loopwright.validateModel',
  inspectModel: 'loopwright.inspectModel',
  serveVersion: 'loopwright.serveVersion',
  promote: 'loopwright.promote',
  rollBack: 'loopwright.rollBack',
  deployVersion: 'loopwright.deployVersion',
  startDeployment: 'loopwright.startDeployment',
  stopDeployment: 'loopwright.stopDeployment',
  monitorNow: 'loopwright.monitorNow',
  retrain: 'loopwright.retrain',
  runLoop: 'loopwright.runLoop',
  checkProject: 'loopwright.checkProject',
  chooseProject: 'loopwright.chooseProject',
  initProject: 'loopwright.initProject',
  addSection: 'loopwright.addSection',
  getStarted: 'loopwright.getStarted',
  createSchema: 'loopwright.createSchema',
  openExample: 'loopwright.openExample',
  doctor: 'loopwright.doctor',
  refresh: 'loopwright.refresh',
  showLog: 'loopwright.showLog',
  restartEngine: 'loopwright.restartEngine',
  starRun: 'loopwright.starRun',
  unstarRun: 'loopwright.unstarRun',
  copyText: 'loopwright.copyText',
  overview: 'loopwright.overview',
} as const;

export type CommandName = keyof typeof commandIds;
export type CommandId = (typeof commandIds)[CommandName];

/** Ids of the tree views in the Loopwright container. */
export const viewIds = {
  lifeCycle: 'loopwright.lifeCycle',
  experiments: 'loopwright.experiments',
  datasets: 'loopwright.datasets',
  models: 'loopwright.models',
  deployments: 'loopwright.deployments',
} as const;

/** Webview panel types; the serializer of each restores it after a reload. */
export const panelTypes = {
  runHistory: 'loopwright.panel.runHistory',
  modelCard: 'loopwright.panel.modelCard',
  drift: 'loopwright.panel.drift',
  profile: 'loopwright.panel.profile',
  labelling: 'loopwright.panel.labelling',
  start: 'loopwright.panel.start',
  sourcePreview: 'loopwright.panel.sourcePreview',
} as const;

/** Context keys that menus and welcome texts test. */
export const contextKeys = {
  hasProject: 'loopwright.hasProject',
  hasProjects: 'loopwright.hasProjects',
  isSearched: 'loopwright.isSearched',
  isRead: 'loopwright.isRead',
  needsPull: 'loopwright.needsPull',
  hasBegun: 'loopwright.hasBegun',
  hasRun: 'loopwright.hasRun',
  hasModel: 'loopwright.hasModel',
  hasChampion: 'loopwright.hasChampion',
  hasServed: 'loopwright.hasServed',
  hasWindow: 'loopwright.hasWindow',
  enterAccepts: 'loopwright.enterAccepts',
} as const;

export const taskType = 'loopwright';
export const problemMatcher = '$loopwright';
