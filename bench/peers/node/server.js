// Segments photos with an FCN in ONNX: POST /segment takes an encoded image and answers a palette PNG of class indices.
import { parseArgs, promisify } from 'node:util';
import { constants, crc32, deflate } from 'node:zlib';
import fastify from 'fastify';
import ort from 'onnxruntime-node';
import sharp from 'sharp';

const MAX_SIDE = 1024;
const MEAN_BGR = [104.00699, 116.66877, 122.67892];
const VOC_PALETTE = Buffer.from(Array.from({ length: 256 }, (_, label) => vocColour(label)).flat());

const { values: options } = parseArgs({
  options: {
    model: { type: 'string' },
    multiple: { type: 'string', default: '1' },
    port: { type: 'string', default: '8080' },
  },
});
const multiple = Number(options.multiple);
const session = await ort.InferenceSession.create(options.model);

const app = fastify({ bodyLimit: 30_000_000 });
app.addContentTypeParser('*', { parseAs: 'buffer' }, (request, body, done) => done(null, body));
app.get('/health', async () => 'ready');
app.post('/segment', async (request, reply) => reply.type('image/png').send(await segment(request.body)));
await app.listen({ host: '127.0.0.1', port: Number(options.port) });

async function segment(file) {
  const photo = await decode(file);
  const input = preprocess(photo);
  const output = (await session.run({ [session.inputNames[0]]: input }))[session.outputNames[0]];
  if (output.dims[2] !== input.dims[2] || output.dims[3] !== input.dims[3]) {
    throw new Error(`The logits are [${output.dims}] for an input of [${input.dims}]; expected the same height and width.`);
  }
  const labels = await resize(argmax(output, photo), photo);
  return encode(labels, photo.fullWidth, photo.fullHeight);
}

async function decode(file) {
  const { autoOrient } = await sharp(file).metadata();
  const { data, info } = await sharp(file)
    .autoOrient()
    .resize({ width: MAX_SIDE, height: MAX_SIDE, fit: 'inside', withoutEnlargement: true })
    .flatten({ background: 'white' })
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { pixels: data, width: info.width, height: info.height, fullWidth: autoOrient.width, fullHeight: autoOrient.height };
}

// Blue, green and red planes less their means; zeros at the right and the bottom up to the multiple.
function preprocess({ pixels, width, height }) {
  const paddedWidth = Math.ceil(width / multiple) * multiple;
  const paddedHeight = Math.ceil(height / multiple) * multiple;
  const plane = paddedWidth * paddedHeight;
  const values = new Float32Array(3 * plane);
  for (let y = 0; y < height; y++) {
    let from = 3 * y * width;
    let to = y * paddedWidth;
    for (let x = 0; x < width; x++, from += 3, to++) {
      values[to] = pixels[from + 2] - MEAN_BGR[0];
      values[to + plane] = pixels[from + 1] - MEAN_BGR[1];
      values[to + 2 * plane] = pixels[from] - MEAN_BGR[2];
    }
  }
  return new ort.Tensor('float32', values, [1, 3, paddedHeight, paddedWidth]);
}

// Class plane by class plane, which reads memory in order.
function argmax({ data, dims }, { width, height }) {
  const [, classes, rows, columns] = dims;
  const labels = new Uint8Array(width * height);
  const best = new Float32Array(width);
  for (let y = 0; y < height; y++) {
    const row = labels.subarray(y * width, (y + 1) * width);
    best.fill(-Infinity);
    for (let label = 0; label < classes; label++) {
      const start = (label * rows + y) * columns;
      for (let x = 0; x < width; x++) {
        const score = data[start + x];
        if (score > best[x]) {
          best[x] = score;
          row[x] = label;
        }
      }
    }
  }
  return labels;
}

async function resize(labels, { width, height, fullWidth, fullHeight }) {
  if (width === fullWidth && height === fullHeight) {
    return labels;
  }
  return sharp(labels, { raw: { width, height, channels: 1 } })
    .resize({ width: fullWidth, height: fullHeight, fit: 'fill', kernel: 'nearest' })
    .extractChannel(0)
    .raw()
    .toBuffer();
}

// sharp chooses palettes of its own; here the indices are the labels.
async function encode(labels, width, height) {
  const rows = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; y++) {
    rows.set(labels.subarray(y * width, (y + 1) * width), y * (width + 1) + 1);
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 3], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('PLTE', VOC_PALETTE),
    chunk('IDAT', await promisify(deflate)(rows, { level: constants.Z_BEST_SPEED })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, 'ascii'), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, checksum]);
}

function vocColour(label) {
  const colour = [0, 0, 0];
  for (let bit = 7; label !== 0; bit--, label >>= 3) {
    for (let channel = 0; channel < 3; channel++) {
      colour[channel] |= ((label >> channel) & 1) << bit;
    }
  }
  return colour;
}
