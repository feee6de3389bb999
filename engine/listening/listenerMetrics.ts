import type { SpoolWriter } from '../data/spool/spoolWriter.ts';

/** Counts of a listener, printed in the OpenMetrics text format 1.0.0. */
export class ListenerMetrics {
  readonly #requests = new Map<number, number>();
  readonly #rules = new Map<string, number>();
  #accepted = 0;
  #refused = 0;
  #bytes = 0;
  #lastAt: number | null = null;

  request(status: number): void {
    this.#requests.set(status, (this.#requests.get(status) ?? 0) + 1);
  }

  accept(events: number, bytes: number): void {
    if (events === 0) return;
    this.#accepted += events;
    this.#bytes += bytes;
    this.#lastAt = Date.now();
  }

  /** Counts an event that is refused by the first rule that it breaks. Fields that no schema has count together. */
  refuse({ field, rule }: { field: string | null; rule: string }): void {
    this.#refused++;
    const key = `field="${escape(rule === 'unknown' ? '' : (field ?? ''))}",rule="${escape(rule)}"`;
    this.#rules.set(key, (this.#rules.get(key) ?? 0) + 1);
  }

  get counts(): { accepted: number; refused: number; lastAt: number | null } {
    return { accepted: this.#accepted, refused: this.#refused, lastAt: this.#lastAt };
  }

  text(stage: string, spool: Pick<SpoolWriter, 'queuedBytes' | 'syncs'>): string {
    const own = `stage="${escape(stage)}"`;
    const { count, ms } = spool.syncs;
    return [
      '# TYPE loopwright_event_requests counter',
      '# HELP loopwright_event_requests Requests with events by HTTP status.',
      ...[...this.#requests].map(([status, n]) => `loopwright_event_requests_total{${own},status="${status}"} ${n}`),
      '# TYPE loopwright_events_accepted counter',
      '# HELP loopwright_events_accepted Events that are on disk.',
      `loopwright_events_accepted_total{${own}} ${this.#accepted}`,
      '# TYPE loopwright_events_bytes counter',
      '# UNIT loopwright_events_bytes bytes',
      '# HELP loopwright_events_bytes Bytes of the accepted events as they are stored.',
      `loopwright_events_bytes_total{${own}} ${this.#bytes}`,
      '# TYPE loopwright_events_refused counter',
      '# HELP loopwright_events_refused Events that were refused, by the first rule that they break.',
      ...[...this.#rules].map(([key, n]) => `loopwright_events_refused_total{${own},${key}} ${n}`),
      '# TYPE loopwright_event_queue_bytes gauge',
      '# UNIT loopwright_event_queue_bytes bytes',
      '# HELP loopwright_event_queue_bytes Bytes that wait for the disk.',
      `loopwright_event_queue_bytes{${own}} ${spool.queuedBytes}`,
      '# TYPE loopwright_event_sync_seconds summary',
      '# UNIT loopwright_event_sync_seconds seconds',
      '# HELP loopwright_event_sync_seconds Time to sync a group of events to the disk.',
      `loopwright_event_sync_seconds_count{${own}} ${count}`,
      `loopwright_event_sync_seconds_sum{${own}} ${ms / 1000}`,
      '',
    ].join('\n');
  }
}

function escape(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
