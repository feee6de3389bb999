/**
 * All drawings that use ECharts. A separate file, because ECharts is most of the view's code and only two tabs need it.
 */
export { EChart } from '../../ui/charts/echart.ts';
export { echartSvg } from '../../ui/charts/echartSvg.ts';
export { parallelOption, restoreBrushes } from './parallelOption.ts';
export { scatterOption } from './scatterOption.ts';
