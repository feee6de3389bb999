import type { TemplateResult } from 'lit';
import { ComparePanel } from '../compare/comparePanel.ts';
import { DetailPanel } from '../detail/detailPanel.ts';
import type { PanelHost } from './panelHost.ts';

/** The two panels beside the table: the detail of one run, and the comparison of the selected runs. */
export class Panels {
  readonly #host: PanelHost;
  readonly #compare: ComparePanel;
  readonly #detail: DetailPanel;

  constructor(host: PanelHost) {
    this.#host = host;
    this.#compare = new ComparePanel(host);
    this.#detail = new DetailPanel(host);
  }

  /** The settings of the panels, for the next reload. */
  get state(): unknown {
    return { compare: this.#compare.state(), detail: this.#detail.state() };
  }

  restore(persisted: unknown): void {
    const given =
      typeof persisted === 'object' && persisted !== null
        ? new Map<string, unknown>(Object.entries(persisted))
        : new Map<string, unknown>();
    this.#compare.restore(given.get('compare'));
    this.#detail.restore(given.get('detail'));
  }

  /** The store changed: the shown data is fetched again. */
  changed(): void {
    const { open, comparing } = this.#host.shown();
    if (open !== null) this.#detail.changed();
    if (comparing) this.#compare.changed();
  }

  /** Loads one run into the detail panel. */
  open(runId: string): void {
    this.#detail.open(runId);
  }

  close(): void {
    this.#detail.close();
  }

  /** Loads the selected runs into the comparison. */
  compare(): void {
    this.#compare.setRuns(this.#host.shown().selected);
  }

  stopComparing(): void {
    this.#compare.setRuns([]);
  }

  compareView(): TemplateResult {
    return this.#compare.render();
  }

  detailView(): TemplateResult {
    return this.#detail.render();
  }

  /** After each paint: a followed log stays at its end. */
  draw(): void {
    this.#detail.painted();
  }
}
