// What the page asks of the service. Addresses are relative, so that the page also works behind a proxy's path.

const KEY = 'fcnservice.key';

/** A failure, in words. */
export class Problem extends Error {
  /**
   * @param {{title: string, detail?: string, status?: number, retryAfter?: number}} problem
   *   As in RFC 9457; status 0 is "no answer at all", retryAfter is in seconds.
   */
  constructor({ title, detail = '', status = 0, retryAfter }) {
    super(title);
    this.detail = detail;
    this.status = status;
    this.retryAfter = retryAfter;
  }

  /** @param {Response} response */
  static async from(response) {
    const retryAfter = Number(response.headers.get('Retry-After')) || undefined;
    const title = `The service answered with status ${response.status}.`;
    const body = await response.json().catch(() => ({}));
    return new Problem({ title, ...body, status: response.status, retryAfter });
  }
}

/** Keeps a key for this tab and this session; every request shows it from then on. */
export function useKey(key) {
  sessionStorage.setItem(KEY, key);
}

/** @returns {Promise<{default: string, models: {name: string, classes: string[], void: number}[]}>} */
export async function listModels() {
  return (await send('models')).json();
}

/**
 * Segments a photo.
 * @param {Blob} photo
 * @param {{model?: string, output?: string}} choices What is left out is the service's default.
 * @param {AbortSignal} [signal]
 * @returns {Promise<{blob: Blob, model: string, stages: {name: string, milliseconds: number}[], milliseconds: number}>}
 */
export async function segment(photo, choices, signal) {
  const begin = performance.now();
  // The content tells what it is; a type that the browser guessed from a name would only be in the way.
  const headers = { 'Content-Type': 'application/octet-stream' };
  const response = await send(addressOf(choices), { method: 'POST', body: photo, headers, signal });
  const blob = await response.blob();
  return {
    blob,
    model: response.headers.get('X-Model'),
    stages: parseServerTiming(response.headers.get('Server-Timing') ?? ''),
    milliseconds: performance.now() - begin,
  };
}

/** The address, relative to the page, that segments with these choices. */
export function addressOf(choices) {
  const query = new URLSearchParams(Object.entries(choices).filter(([, value]) => value));
  return query.size > 0 ? `segment?${query}` : 'segment';
}

async function send(address, options = {}) {
  const headers = new Headers(options.headers);
  const key = sessionStorage.getItem(KEY);
  if (key) {
    headers.set('X-Api-Key', key);
  }

  const response = await fetch(address, { ...options, headers }).catch(noAnswer);
  if (!response.ok) {
    throw await Problem.from(response);
  }

  return response;
}

function noAnswer(fault) {
  throw fault.name === 'AbortError' ? fault : new Problem({
    title: 'The service gave no answer.',
    detail: 'It cannot be reached, or it closed the connection while the photo was on its way: a file that is too large does that.',
  });
}

// W3C Server Timing: name;dur=milliseconds, …
function parseServerTiming(header) {
  return [...header.matchAll(/([\w-]+);dur=([\d.]+)/g)].map(([, name, duration]) => ({ name, milliseconds: Number(duration) }));
}
