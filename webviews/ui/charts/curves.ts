import uPlot from 'uplot';
import { chartColors, onThemeChange } from '../theme.ts';
import { axisTitle, spanUnit, tickTexts } from './axisText.ts';
import type { AxisKind } from './axisText.ts';
import { drawLines } from './drawLines.ts';
import type { ChartLine, Frame } from './line.ts';
import type { LineStyle } from './lineStyle.ts';
import { onResize } from './onResize.ts';
import { logTicks, roundTicks, xRange, yRange } from './ranges.ts';
import type { Range } from './ranges.ts';

export interface CurveOptions {
  xLabel: string;
  yLabel: string;
  kind: AxisKind;
  logX: boolean;
  logY: boolean;
  /** The visible range of x; null for all. */
  zoom: Range | null;
  /** The highlighted line. */
  focus: string | null;
}

export interface CurveHandlers {
  zoomed(zoom: Range | null): void;
  /**
   * Called when the pointer or the keyboard is at an x, with the height in pixels for the pointer; null when it left.
   */
  hovered(x: number | null, y: number | null): void;
  style(place: number): LineStyle;
}

/** The visible content, for an export. */
export interface ShownCurves {
  lines: readonly ChartLine[];
  options: CurveOptions;
  frame: Frame;
  xTicks: { at: number; text: string }[];
  yTicks: { at: number; text: string }[];
  xTitle: string;
}

const leastHeight = 200;

/**
 * Curves with separate x values, every point drawn. uPlot draws the axes, the cursor and the selection; drawLines.ts
 * draws the curves, because uPlot needs a common x for all series, and joining a million points of several runs takes
 * longer than drawing them.
 */
export class CurveChart {
  readonly element = document.createElement('div');
  readonly #handlers: CurveHandlers;
  #plot: uPlot | null = null;
  #lines: readonly ChartLine[] = [];
  #options: CurveOptions | null = null;
  #built = '';
  #x: Range = [0, 1];
  #y: Range = [0, 1];
  #ticks: { x: ShownCurves['xTicks']; y: ShownCurves['yTicks'] } = { x: [], y: [] };
  /** True while the program moves the cursor. */
  #moving = false;
  #cursor: number | null = null;
  /** Duration of the last drawing of the curves in milliseconds. */
  drawMs = 0;

  constructor(handlers: CurveHandlers) {
    this.#handlers = handlers;
    this.element.className = 'curves';
    onThemeChange(() => this.#build());
    onResize(this.element, () => this.#resized());
  }

  show(lines: readonly ChartLine[], options: CurveOptions): void {
    this.#lines = lines;
    this.#options = options;
    this.#fit();
    if (this.element.clientWidth === 0) return;
    if (this.#plot && this.#built === keyOf(options)) this.#plot.setData([this.#x, this.#y]);
    else this.#build();
  }

  /** Sets the cursor to an x, or removes it. */
  cursorAt(x: number | null): void {
    const plot = this.#plot;
    if (!plot || x === this.#cursor) return;
    this.#cursor = x;
    this.#moving = true;
    plot.setCursor({ left: x === null ? -10 : plot.valToPos(x, 'x'), top: -10 }, true);
    this.#moving = false;
  }

  /** The height of a value in the pixels of `hovered`. */
  heightOf(value: number): number {
    return this.#plot?.valToPos(value, 'y') ?? 0;
  }

  leftOf(x: number): number {
    const plot = this.#plot;
    return plot ? plot.valToPos(x, 'x') + plot.bbox.left / devicePixelRatio : 0;
  }

  style(place: number): LineStyle {
    return this.#handlers.style(place);
  }

  get range(): Range {
    return this.#x;
  }

  get shown(): ShownCurves | null {
    const options = this.#options;
    if (!options || !this.#plot) return null;
    return {
      lines: this.#lines,
      options,
      frame: this.#frame(this.#plot, 1),
      xTicks: this.#ticks.x,
      yTicks: this.#ticks.y,
      xTitle: axisTitle(options.xLabel, options.kind, this.#x),
    };
  }

  clear(): void {
    this.#lines = [];
    this.#plot?.destroy();
    this.#plot = null;
  }

  /** Computes the ranges: the zoomed x, and the y of its visible points. */
  #fit(): void {
    const options = this.#options;
    if (!options) return;
    const lines = this.#lines.map((one) => one.line);
    this.#x = options.zoom ?? xRange(lines, options.logX) ?? [options.logX ? 1 : 0, options.logX ? 10 : 1];
    this.#y = yRange(lines, this.#x, options.logY, options.yLabel) ?? [options.logY ? 0.1 : 0, 1];
  }

  #resized(): void {
    if (this.element.clientWidth === 0) return;
    const { width, height } = this.#size();
    if (!this.#plot) this.#build();
    // The observer also reports the initial size.
    else if (width !== this.#plot.width || height !== this.#plot.height) this.#plot.setSize({ width, height });
  }

  /** The size that the style sheet gives to the element. */
  #size(): { width: number; height: number } {
    return { width: Math.max(220, this.element.clientWidth), height: Math.max(leastHeight, this.element.clientHeight) };
  }

  #frame(plot: uPlot, ratio: number): Frame {
    const scale = ratio / devicePixelRatio;
    const { left, top, width, height } = plot.bbox;
    const options = this.#options;
    return {
      xMin: this.#x[0],
      xMax: this.#x[1],
      yMin: this.#y[0],
      yMax: this.#y[1],
      logX: options?.logX ?? false,
      logY: options?.logY ?? false,
      left: left * scale,
      top: top * scale,
      width: width * scale,
      height: height * scale,
    };
  }

  #build(): void {
    const options = this.#options;
    this.#plot?.destroy();
    this.#plot = null;
    if (!options || this.element.clientWidth === 0) return;
    this.#built = keyOf(options);
    const colors = chartColors();
    const font = `11px ${colors.font}`;
    const axis = {
      stroke: colors.muted,
      grid: { stroke: colors.grid, width: 1 },
      ticks: { stroke: colors.grid, width: 1 },
      font,
      labelFont: font,
      labelSize: 16,
      labelGap: 0,
    };
    const kept = (side: 'x' | 'y', ticks: readonly (number | null)[], texts: string[]): string[] => {
      this.#ticks[side] = ticks.flatMap((at, index) => (at === null ? [] : [{ at, text: texts[index] ?? '' }]));
      return texts;
    };
    this.#plot = new uPlot(
      {
        ...this.#size(),
        ms: 1,
        legend: { show: false },
        cursor: {
          drag: { x: true, y: false, setScale: false },
          points: { show: false },
          bind: {
            mousedown: (_plot, _target, handler) => (event) => (event.shiftKey ? this.#pan(event) : handler(event)),
            dblclick: () => () => {
              this.#handlers.zoomed(null);
              return null;
            },
          },
        },
        scales: {
          x: { time: options.kind === 'clock', range: () => this.#x, distr: options.logX ? 3 : 1 },
          y: { range: () => this.#y, distr: options.logY ? 3 : 1 },
        },
        axes: [
          {
            ...axis,
            size: options.kind === 'clock' ? 44 : 32,
            space: options.kind === 'clock' ? 70 : 56,
            label: () => axisTitle(options.xLabel, options.kind, this.#x),
            values: (_plot, ticks) => kept('x', ticks, tickTexts(options.kind, ticks, this.#x)),
            ...(options.logX ? logged((plot) => logTicks(...this.#x, plot.width / 80)) : {}),
            ...(options.kind === 'seconds' && !options.logX
              ? {
                  splits: (plot: uPlot) =>
                    roundTicks(...this.#x, plot.width / 90, spanUnit(Math.max(...this.#x.map(Math.abs))).seconds),
                }
              : {}),
          },
          {
            ...axis,
            label: options.yLabel,
            values: (_plot, ticks) => kept('y', ticks, tickTexts('number', ticks, this.#y)),
            ...(options.logY ? logged((plot) => logTicks(...this.#y, plot.height / 40)) : {}),
            // The width of the longest label.
            size: (_plot, texts) => Math.max(0, ...(texts ?? []).map((text) => text.length)) * 6.6 + 20,
          },
        ],
        series: [{}, { show: true, paths: () => null, points: { show: false } }],
        hooks: {
          draw: [(plot) => this.#draw(plot)],
          setSelect: [(plot) => this.#selected(plot)],
          setCursor: [(plot) => this.#moved(plot)],
        },
      },
      [this.#x, this.#y],
      this.element,
    );
    this.#plot.over.addEventListener('wheel', (event) => this.#wheel(event), { passive: false });
  }

  #draw(plot: uPlot): void {
    const options = this.#options;
    if (!options) return;
    const started = performance.now();
    drawLines(plot.ctx, this.#lines, this.#frame(plot, devicePixelRatio), {
      style: (place) => this.#handlers.style(place),
      focus: options.focus,
      ratio: devicePixelRatio,
    });
    this.drawMs = performance.now() - started;
  }

  #selected(plot: uPlot): void {
    const { left, width } = plot.select;
    if (width < 3) return;
    const from = plot.posToVal(left, 'x');
    const to = plot.posToVal(left + width, 'x');
    plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    this.#handlers.zoomed([from, to]);
  }

  #moved(plot: uPlot): void {
    if (this.#moving) return;
    const { left, top } = plot.cursor;
    const inside = left !== undefined && left >= 0;
    this.#cursor = inside ? plot.posToVal(left, 'x') : null;
    this.#handlers.hovered(this.#cursor, inside ? (top ?? null) : null);
  }

  /** Ctrl with the wheel zooms at the pointer; the wheel alone scrolls the page. */
  #wheel(event: WheelEvent): void {
    const plot = this.#plot;
    if (!plot || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    this.zoomBy(event.deltaY < 0 ? 0.8 : 1.25, event.offsetX / (plot.bbox.width / devicePixelRatio));
  }

  /** Scales the visible range of x by a factor, around a relative position from 0 to 1. */
  zoomBy(factor: number, around = 0.5): void {
    this.#shift((share) => around + (share - around) * factor);
  }

  /** Moves the visible range by a fraction of its length. */
  panBy(share: number): void {
    this.#shift((at) => at + share);
  }

  #shift(move: (share: number) => number): void {
    const plot = this.#plot;
    if (!plot) return;
    const width = plot.bbox.width / devicePixelRatio;
    const from = plot.posToVal(move(0) * width, 'x');
    const to = plot.posToVal(move(1) * width, 'x');
    if (to > from && Number.isFinite(to - from)) this.#handlers.zoomed([from, to]);
  }

  #pan(event: MouseEvent): null {
    const plot = this.#plot;
    if (!plot) return null;
    let last = event.clientX;
    const width = plot.bbox.width / devicePixelRatio;
    const move = (next: MouseEvent): void => {
      this.panBy((last - next.clientX) / width);
      last = next.clientX;
    };
    const end = (): void => {
      document.removeEventListener('mousemove', move);
      document.removeEventListener('mouseup', end);
    };
    document.addEventListener('mousemove', move);
    document.addEventListener('mouseup', end);
    event.preventDefault();
    return null;
  }
}

/** Computes the ticks itself and shows all of them. */
function logged(splits: (plot: uPlot) => number[]): Pick<uPlot.Axis, 'splits' | 'filter'> {
  return { splits, filter: (_plot, ticks) => ticks };
}

/** Changes that require a new plot. */
function keyOf({ kind, logX, logY, xLabel, yLabel }: CurveOptions): string {
  return JSON.stringify([kind, logX, logY, xLabel, yLabel]);
}
