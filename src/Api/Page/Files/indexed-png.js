import { LabelMap } from './label-map.js';

// A mask's pixels are class indices, and a browser's own decoder only gives their colours, which several classes may share. So the page
// reads the indices itself. Format: PNG specification (W3C), third edition, sections 5, 7 and 9.

const HEADER = 0x49484452; // IHDR
const PALETTE = 0x504c5445; // PLTE
const PIXELS = 0x49444154; // IDAT
const NO_FILTER = 0;
const UP_FILTER = 2;

/**
 * Reads a mask of the service: an 8-bit palette PNG, not interlaced, with rows that are plain or differences to the row above.
 * @param {Blob} blob
 * @returns {Promise<LabelMap>}
 */
export async function readIndexedPng(blob) {
  const chunks = readChunks(new DataView(await blob.arrayBuffer()));
  const header = chunks.find(chunk => chunk.type === HEADER)?.data;
  const palette = chunks.find(chunk => chunk.type === PALETTE)?.data;
  // 8 bits, colour type 3, compression 0, filter 0, interlace 0.
  if (!palette || header?.getUint32(8) !== 0x08030000 || header.getUint8(12) !== 0) {
    throw new Error('The mask is not an 8-bit palette PNG without interlacing.');
  }

  const [width, height] = [header.getUint32(0), header.getUint32(4)];
  const compressed = new Blob(chunks.filter(chunk => chunk.type === PIXELS).map(chunk => chunk.data));
  const rows = new Uint8Array(await new Response(compressed.stream().pipeThrough(new DecompressionStream('deflate'))).arrayBuffer());
  return new LabelMap(width, height, unfilter(rows, width, height), new Uint8Array(palette.buffer, palette.byteOffset, palette.byteLength));
}

function readChunks(view) {
  const chunks = [];
  // After the signature, each chunk is its length, type, data and checksum; the transport has checked the bytes already.
  for (let at = 8; at + 12 <= view.byteLength;) {
    const length = view.getUint32(at);
    chunks.push({ type: view.getUint32(at + 4), data: new DataView(view.buffer, at + 8, length) });
    at += length + 12;
  }

  return chunks;
}

function unfilter(rows, width, height) {
  if (rows.length !== (width + 1) * height) {
    throw new Error(`The mask has ${rows.length} bytes for ${width} × ${height} pixels.`);
  }

  const labels = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    const begin = y * (width + 1);
    const filter = rows[begin];
    labels.set(rows.subarray(begin + 1, begin + 1 + width), y * width);
    if (filter === UP_FILTER) {
      for (let i = y * width; y > 0 && i < (y + 1) * width; i++) {
        labels[i] += labels[i - width];
      }
    } else if (filter !== NO_FILTER) {
      throw new Error(`Row ${y} of the mask has filter ${filter}; expected none or up.`);
    }
  }

  return labels;
}
