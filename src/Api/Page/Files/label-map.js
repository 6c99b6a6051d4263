/** The class of each pixel. */
export class LabelMap {
  /**
   * @param {number} width In pixels.
   * @param {number} height In pixels.
   * @param {Uint8Array} labels Row by row.
   * @param {Uint8Array} palette Red, green and blue of each label in turn.
   */
  constructor(width, height, labels, palette) {
    Object.assign(this, { width, height, labels, palette });
  }

  /** The label of a pixel. */
  at(x, y) {
    return this.labels[y * this.width + x];
  }

  /** A label's red, green and blue, 0 to 255. */
  colourOf(label) {
    return this.palette.subarray(label * 3, label * 3 + 3);
  }

  /**
   * The labels that occur, the most frequent first.
   * @returns {{label: number, pixels: number, share: number}[]} share is 0 to 1.
   */
  count() {
    const pixels = new Uint32Array(256);
    for (const label of this.labels) {
      pixels[label]++;
    }

    return [...pixels.entries()]
      .filter(([, count]) => count > 0)
      .map(([label, count]) => ({ label, pixels: count, share: count / this.labels.length }))
      .sort((a, b) => b.pixels - a.pixels);
  }

  /**
   * Draws the map at a size, each pixel in the colour of the nearest one here.
   * @param {number} width In pixels.
   * @param {number} height In pixels.
   * @param {(label: number) => number[]} paint Red, green, blue and alpha of a label, 0 to 255.
   * @returns {ImageData}
   */
  draw(width, height, paint) {
    const image = new ImageData(width, height);
    const pixels = new Uint32Array(image.data.buffer);
    const paints = Uint32Array.from({ length: 256 }, (_, label) => new Uint32Array(Uint8Array.from(paint(label)).buffer)[0]);
    const columns = Uint32Array.from({ length: width }, (_, x) => Math.floor((x + 0.5) * this.width / width));
    for (let y = 0, at = 0; y < height; y++) {
      const row = Math.floor((y + 0.5) * this.height / height) * this.width;
      for (let x = 0; x < width; x++) {
        pixels[at++] = paints[this.labels[row + columns[x]]];
      }
    }

    return image;
  }
}
