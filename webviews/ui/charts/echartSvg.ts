import { init, use } from 'echarts/core';
import type { EChartsCoreOption, EChartsType } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';

use([SVGRenderer]);

/** A drawing as an SVG of shapes and text, for a file. */
export function echartSvg(
  option: EChartsCoreOption,
  width: number,
  height: number,
  background: string,
  after: (chart: EChartsType) => void = () => {},
): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height });
  try {
    // Progressive rendering is disabled, because the file must be complete.
    const series = (option['series'] as object[]).map((one) => ({ ...one, progressive: 0 }));
    chart.setOption({ ...option, series, backgroundColor: background, animation: false });
    after(chart);
    return chart.renderToSVGString();
  } finally {
    chart.dispose();
  }
}
