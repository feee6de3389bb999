import { isPlain, take } from '../../ui/frame/keys.ts';
import { axisScale, partText, pressed } from './brushKeys.ts';
import type { AxisScale, Interval } from './brushKeys.ts';
import type { Field } from './fields.ts';
import { parallelGrid } from './parallel.ts';
import type { ParallelPlan } from './parallel.ts';

const help =
  'Up and down move the part that is kept, with Shift its upper end. Left and right go to the next axis. Escape takes the part away.';

/**
 * The keyboard controls of parallel coordinates: one slider per axis above the drawing, one of them in the tab order.
 * The pointer passes through to the drawing. Sliders let a screen reader announce the range after each key.
 */
export class AxisHandles {
  readonly element = document.createElement('div');
  readonly #changed: (field: string, part: Interval | null) => void;
  #handles: HTMLElement[] = [];
  #plan: ParallelPlan | null = null;
  #active = 0;
  #drawn = '';

  constructor(changed: (field: string, part: Interval | null) => void) {
    this.#changed = changed;
    this.element.className = 'axis-handles';
    this.element.setAttribute('role', 'group');
    this.element.setAttribute('aria-label', 'Parts of the axes');
    this.element.addEventListener('keydown', (event) => this.#key(event));
    this.element.addEventListener('focusin', (event) => {
      this.#active = Math.max(
        0,
        this.#handles.findIndex((handle) => handle === event.target),
      );
      this.#rove();
    });
  }

  show(plan: ParallelPlan): void {
    this.#plan = plan;
    const { fields, log, brushes, runs } = plan;
    const scales = fields.map((field) => axisScale(field, runs, log.includes(field.id)));
    const seen = JSON.stringify([fields.map((field) => [field.id, brushes[field.id]]), scales]);
    if (seen === this.#drawn) return;
    this.#drawn = seen;
    while (this.#handles.length > fields.length) this.#handles.pop()?.remove();
    for (const [index, field] of fields.entries()) {
      const scale = scales[index] ?? null;
      const handle = (this.#handles[index] ??= this.#made());
      const share = fields.length < 2 ? 0 : index / (fields.length - 1);
      handle.style.left = `calc(${parallelGrid.left}px + (100% - ${parallelGrid.left + parallelGrid.right}px) * ${share})`;
      this.#tell(handle, field, scale, partOf(plan, field));
    }
    this.#active = Math.min(this.#active, Math.max(0, fields.length - 1));
    this.#rove();
  }

  #made(): HTMLElement {
    const handle = document.createElement('div');
    handle.className = 'axis-handle';
    handle.setAttribute('role', 'slider');
    handle.setAttribute('aria-orientation', 'vertical');
    handle.setAttribute('aria-description', help);
    handle.style.top = `${parallelGrid.top}px`;
    handle.style.bottom = `${parallelGrid.bottom}px`;
    const mark = document.createElement('div');
    mark.className = 'axis-mark';
    handle.append(mark);
    this.element.append(handle);
    return handle;
  }

  #tell(handle: HTMLElement, field: Field, scale: AxisScale | null, part: Interval | null): void {
    handle.setAttribute('aria-label', `Axis ${field.title}`);
    handle.setAttribute('aria-disabled', String(scale === null));
    handle.setAttribute('aria-valuetext', scale === null ? 'one value' : partText(part, scale, field));
    const categories = scale !== null && 'categories' in scale ? scale.categories.length : 0;
    const [from, to] = scale === null ? [0, 0] : 'categories' in scale ? [0, categories - 1] : [scale.from, scale.to];
    handle.setAttribute('aria-valuemin', String(from));
    handle.setAttribute('aria-valuemax', String(to));
    handle.setAttribute('aria-valuenow', String(part === null ? from : part[0]));
    // The drawing marks a range between two categories; a single category has no length.
    const mark = handle.firstElementChild as HTMLElement;
    mark.hidden = categories === 0 || part === null;
    if (part === null || categories === 0) return;
    mark.style.bottom = `${(100 * part[0]) / categories}%`;
    mark.style.height = `${(100 * (part[1] - part[0] + 1)) / categories}%`;
  }

  #key(event: KeyboardEvent): void {
    const plan = this.#plan;
    const field = plan?.fields[this.#active];
    if (!plan || !field || !isPlain(event)) return;
    if (event.key === 'ArrowLeft' || event.key === 'ArrowRight') {
      this.#active = Math.min(
        this.#handles.length - 1,
        Math.max(0, this.#active + (event.key === 'ArrowLeft' ? -1 : 1)),
      );
      this.#rove();
      this.#handles[this.#active]?.focus();
      return take(event);
    }
    const scale = axisScale(field, plan.runs, plan.log.includes(field.id));
    const part = scale ? pressed(event.key, event.shiftKey, partOf(plan, field), scale) : undefined;
    if (part === undefined) return;
    // Keys that arrive before the next paint continue from this range.
    this.#plan = { ...plan, brushes: { ...plan.brushes, [field.id]: part === null ? [] : [part] } };
    this.#changed(field.id, part);
    take(event);
  }

  #rove(): void {
    for (const [index, handle] of this.#handles.entries()) handle.tabIndex = index === this.#active ? 0 : -1;
  }
}

/** The range of an axis that the keyboard moves; with several ranges, from the lowest to the highest value. */
function partOf({ brushes }: ParallelPlan, field: Field): Interval | null {
  const all = brushes[field.id] ?? [];
  return all.length === 0 ? null : [Math.min(...all.map(([from]) => from)), Math.max(...all.map(([, to]) => to))];
}
