import type { TemplateResult } from 'lit';
import { ComparePanel } from '../compare/comparePanel.ts';
import { DetailPanel } from '../detail/detailPanel.ts';
import type { PanelHost } from './panelHost.ts';

/** The two panels beside the table: one run in detail, and the selected runs compared. */
export class Panels {
  readonly #host: PanelHost;
  readonly #compare: ComparePanel;
  readonly #detail: DetailPanel;

  constructor(host: PanelHost) {
    this.#host = host;
    this.#compare = new ComparePanel(host);
    this.#detail = new DetailPanel(host);
  }

  /** What a person set in the panels, for the next reload. */
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

  /** The store changed: what is shown is asked again. */
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

  /** After each painting: a log that is followed stays at its end. */
  draw(): void {
    this.#detail.painted();
  }
}
