/** The list of classes: colour, name and share of each, and which one is isolated. */
export class Legend {
  #list = document.getElementById('legend');
  #showAll = document.getElementById('show-all');
  #buttons = new Map();

  /** @param {(label: number | null) => void} isolate Takes the label that a click isolates, or null for all. */
  constructor(isolate) {
    this.isolate = isolate;
    this.#showAll.addEventListener('click', () => isolate(null));
  }

  /**
   * @param {import('./label-map.js').LabelMap} map
   * @param {(label: number) => string} nameOf
   */
  show(map, nameOf) {
    this.#buttons = new Map(map.count().map(part => [part.label, this.#button(part, map, nameOf)]));
    this.#list.replaceChildren(...[...this.#buttons.values()].map(button => element('li', {}, button)));
    this.mark(null);
  }

  clear() {
    this.#list.replaceChildren();
    this.#showAll.hidden = true;
  }

  /** Shows which label is isolated; null is none. */
  mark(isolated) {
    // The button that is about to vanish must not take the focus with it.
    if (isolated === null && document.activeElement === this.#showAll) {
      this.#list.querySelector('button')?.focus();
    }

    this.#showAll.hidden = isolated === null;
    for (const [label, button] of this.#buttons) {
      button.setAttribute('aria-pressed', String(label === isolated));
    }
  }

  #button({ label, pixels, share }, map, nameOf) {
    const swatch = element('span', { className: 'swatch' });
    swatch.style.backgroundColor = `rgb(${map.colourOf(label).join(' ')})`;
    const button = element(
      'button',
      { type: 'button', title: `${pixels.toLocaleString('en')} pixels` },
      swatch,
      element('span', { className: 'name', textContent: nameOf(label) }),
      element('span', { className: 'share', textContent: percent(share) }));
    button.dataset.label = label;
    button.dataset.pixels = pixels;
    button.style.setProperty('--share', `${share * 100}%`);
    button.addEventListener('click', () => this.isolate(button.getAttribute('aria-pressed') === 'true' ? null : label));
    return button;
  }
}

/** A share of 0 to 1 in per cent, never so round that something looks like nothing. */
export function percent(share) {
  return share < 0.001 ? '< 0.1 %' : `${(share * 100).toFixed(1)} %`;
}

function element(name, properties, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}
