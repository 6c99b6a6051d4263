// Canvases larger than this have more pixels than any screen shows, and phones refuse them.
const LONGEST_SIDE = 2048;

// Lies over everything but the isolated class. Pale, because palettes are full of dark colours.
const VEIL = [246, 248, 247, 215];

/**
 * Makes a photo ready to be drawn, upright as its EXIF orientation says.
 * @param {Blob} blob
 * @returns {Promise<ImageBitmap | null>} Null where the browser does not know the format, as with TIFF.
 */
export function readPhoto(blob) {
  return createImageBitmap(blob, { imageOrientation: 'from-image' }).catch(() => null);
}

/** The photo with the mask over it: opacity, before and after, and the crosshair that tells classes. */
export class Stage {
  #stage = document.getElementById('stage');
  #picture = document.getElementById('picture');
  #photo = document.getElementById('photo');
  #mask = document.getElementById('mask');
  #wipe = document.getElementById('wipe');
  #crosshair = document.getElementById('crosshair');
  #chip = document.getElementById('chip');
  #spoken = document.getElementById('spoken');
  #map = null;
  #describe = null;
  #point = null;
  #isolated = null;

  /** @param {(label: number | null) => void} isolate Takes the label to isolate, or null for all. */
  constructor(isolate) {
    this.isolate = isolate;
    const opacity = document.getElementById('opacity');
    const setOpacity = () => {
      this.#mask.style.opacity = opacity.value / 100;
      document.getElementById('opacity-value').value = `${opacity.value} %`;
    };
    // Browsers bring back what a slider had before a reload.
    setOpacity();
    opacity.addEventListener('input', setOpacity);
    this.#setWipe();
    this.#wipe.addEventListener('input', () => this.#setWipe());
    this.#picture.addEventListener('pointermove', event => this.#pointAt(event));
    this.#picture.addEventListener('pointerdown', event => this.#pointAt(event));
    // A finger leaves with every tap; what it pointed at stays to be read.
    this.#picture.addEventListener('pointerleave', event => event.pointerType === 'touch' || this.#movePoint(null));
    this.#picture.addEventListener('click', event => {
      this.#pointAt(event);
      this.#isolatePointed();
    });
    this.#picture.addEventListener('keydown', event => this.#press(event));
    this.#picture.addEventListener('blur', () => this.#movePoint(null));
  }

  /** Takes photo and mask away. */
  clear() {
    this.#map = null;
    this.#movePoint(null);
    for (const canvas of [this.#photo, this.#mask]) {
      canvas.getContext('2d').clearRect(0, 0, canvas.width, canvas.height);
    }
  }

  /** @param {ImageBitmap} photo Is closed here. */
  showPhoto(photo) {
    this.#setSize(photo.width, photo.height);
    const drawing = this.#photo.getContext('2d');
    drawing.imageSmoothingQuality = 'high';
    drawing.drawImage(photo, 0, 0, this.#photo.width, this.#photo.height);
    photo.close();
  }

  /**
   * @param {import('./label-map.js').LabelMap} map
   * @param {(label: number) => string} describe What the crosshair says of a label.
   */
  showMask(map, describe) {
    const { width, height } = fit(map.width, map.height);
    if (this.#photo.width !== width || this.#photo.height !== height) {
      // There was no photo to be shown.
      this.#setSize(map.width, map.height);
    }

    this.#map = map;
    this.#describe = describe;
    this.#setIsolated(null);
  }

  /** Shows one class alone; null is all. */
  mark(isolated) {
    if (this.#map) {
      this.#setIsolated(isolated);
    }
  }

  #setIsolated(isolated) {
    this.#isolated = isolated;
    const paint = label => isolated === null || label === isolated ? [...this.#map.colourOf(label), 255] : VEIL;
    const { width, height } = this.#mask;
    this.#mask.getContext('2d').putImageData(this.#map.draw(width, height, paint), 0, 0);
  }

  // Also empties the canvases.
  #setSize(width, height) {
    const size = fit(width, height);
    Object.assign(this.#photo, size);
    Object.assign(this.#mask, size);
    this.#stage.style.setProperty('--ratio', width / height);
  }

  #setWipe() {
    this.#stage.style.setProperty('--wipe', `${this.#wipe.value}%`);
  }

  #pointAt(event) {
    if (this.#map) {
      const box = this.#picture.getBoundingClientRect();
      const x = Math.floor((event.clientX - box.left) / box.width * this.#map.width);
      const y = Math.floor((event.clientY - box.top) / box.height * this.#map.height);
      this.#movePoint({ x, y });
    }
  }

  #press(event) {
    const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    if (!this.#map || event.ctrlKey || event.altKey || event.metaKey) {
      return;
    }

    if (event.key in steps) {
      const { width, height } = this.#map;
      const length = event.shiftKey ? 1 : Math.ceil(Math.max(width, height) / 50);
      const [right, down] = steps[event.key];
      const from = this.#point ?? { x: width >> 1, y: height >> 1 };
      this.#movePoint({ x: from.x + right * length, y: from.y + down * length });
      this.#spoken.textContent = this.#chip.textContent;
    } else if (event.key === 'Enter' || event.key === ' ') {
      this.#isolatePointed();
    } else if (event.key === 'Escape') {
      this.isolate(null);
    } else {
      return;
    }

    event.preventDefault();
  }

  #isolatePointed() {
    if (this.#point) {
      const label = this.#map.at(this.#point.x, this.#point.y);
      this.isolate(label === this.#isolated ? null : label);
    }
  }

  #movePoint(point) {
    this.#point = point && {
      x: Math.min(Math.max(point.x, 0), this.#map.width - 1),
      y: Math.min(Math.max(point.y, 0), this.#map.height - 1),
    };
    this.#crosshair.hidden = this.#chip.hidden = !this.#point;
    if (!this.#point) {
      return;
    }

    const { x, y } = this.#point;
    const label = this.#map.at(x, y);
    const [left, top] = [(x + 0.5) / this.#map.width, (y + 0.5) / this.#map.height];
    this.#picture.style.setProperty('--x', `${left * 100}%`);
    this.#picture.style.setProperty('--y', `${top * 100}%`);
    // Towards the middle, so that no edge cuts it off.
    this.#chip.classList.toggle('to-the-left', left > 0.5);
    this.#chip.classList.toggle('below', top < 0.2);
    this.#chip.style.setProperty('--colour', `rgb(${this.#map.colourOf(label).join(' ')})`);
    this.#chip.textContent = this.#describe(label);
  }
}

function fit(width, height) {
  const scale = Math.min(1, LONGEST_SIDE / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}
