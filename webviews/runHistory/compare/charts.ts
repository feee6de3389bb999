/** All that draws with ECharts: a file of its own, since it is most of the view's code and needed by two tabs alone. */
export { EChart } from '../../ui/charts/echart.ts';
export { echartSvg } from '../../ui/charts/echartSvg.ts';
export { parallelOption, restoreBrushes } from './parallelOption.ts';
export { scatterOption } from './scatterOption.ts';
