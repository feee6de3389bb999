import { noChange } from 'lit';
import { Directive, directive } from 'lit/directive.js';
import type { ElementPart } from 'lit/directive.js';

/** Sets style properties by script: the Content-Security-Policy allows no style attribute. */
class CssDirective extends Directive {
  override render(_properties: Record<string, string>): unknown {
    return noChange;
  }

  override update(part: ElementPart, [properties]: [Record<string, string>]): unknown {
    const element = part.element;
    if (element instanceof HTMLElement || element instanceof SVGElement) {
      for (const [name, value] of Object.entries(properties)) element.style.setProperty(name, value);
    }
    return noChange;
  }
}

export const css = directive(CssDirective);
