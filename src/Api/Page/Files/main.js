import { readIndexedPng } from './indexed-png.js';
import { acceptPhotos } from './intake.js';
import { Legend, percent } from './legend.js';
import { clearProblem, say, showProblem } from './messages.js';
import { Outputs } from './outputs.js';
import { listModels, Problem, segment, useKey } from './service.js';
import { readPhoto, Stage } from './stage.js';
import { clearTimings, showTimings } from './timings.js';

const modelChooser = document.getElementById('model');
const keyForm = document.getElementById('key-form');
const stage = new Stage(isolate);
const legend = new Legend(isolate);
const outputs = new Outputs(ask);
let models = [];
let current = null; // { photo, name, mask }
let running = new AbortController();

acceptPhotos(open, sentence => fail(new Problem({ title: sentence })));
modelChooser.addEventListener('change', () => current && open(current.photo, current.name));
addEventListener('keydown', event => event.key === 'Escape' && isolate(null));
keyForm.addEventListener('submit', async event => {
  event.preventDefault();
  useKey(keyForm.elements.key.value);
  await start();
  if (current) {
    await open(current.photo, current.name);
  }
});
await start();

/** Asks which models there are, until the service is ready to say. */
async function start() {
  try {
    const list = await listModels();
    models = list.models;
    modelChooser.replaceChildren(...models.map(({ name }) => new Option(name, name, name === list.default, name === list.default)));
    keyForm.hidden = true;
    keyForm.reset();
    clearProblem();
  } catch (fault) {
    if (fault.status === 503) {
      say('The service is starting…');
      await new Promise(resolve => setTimeout(resolve, (fault.retryAfter ?? 1) * 1000));
      return start();
    }

    fail(fault, start);
  }
}

/** Segments a photo and shows it with its mask; a newer photo takes the place of one that is still on its way. */
async function open(photo, name) {
  running.abort();
  const { signal } = running = new AbortController();
  current = { photo, name };
  clearProblem();
  clear();
  say(`Segmenting ${name}…`);
  document.body.dataset.state = 'busy';
  try {
    const asked = segment(photo, { model: modelChooser.value }, signal);
    const picture = readPhoto(photo).then(bitmap => signal.aborted || showPhoto(bitmap));
    const [answer] = await Promise.all([asked, picture]);
    const map = await readIndexedPng(answer.blob);
    if (signal.aborted) {
      return;
    }

    current.mask = answer.blob;
    showResult(map, answer, name);
  } catch (fault) {
    if (!signal.aborted) {
      document.body.dataset.state = 'empty';
      fail(fault, () => open(photo, name));
    }
  }
}

function showPhoto(bitmap) {
  if (bitmap) {
    stage.showPhoto(bitmap);
    document.body.dataset.photo = 'shown';
  } else {
    document.body.dataset.photo = 'unknown';
  }
}

function showResult(map, answer, name) {
  const model = models.find(it => it.name === answer.model);
  const nameOf = label => model?.classes[label] ?? (label === model?.void ? 'no class' : `class ${label}`);
  const parts = map.count();
  const shares = new Map(parts.map(({ label, share }) => [label, share]));
  stage.showMask(map, label => `${nameOf(label)} · ${percent(shares.get(label))}`);
  legend.show(map, nameOf);
  showTimings(answer.stages, answer.milliseconds);
  outputs.show(name, modelChooser.value);
  document.body.dataset.state = 'result';
  const photo = document.body.dataset.photo === 'shown' ? '' : ' This browser cannot show the photo itself.';
  say(`${name}: ${map.width} × ${map.height} pixels, ${plural(parts.length, 'class', 'classes')}; `
    + `most of it is ${nameOf(parts[0].label)}, ${percent(parts[0].share)}.${photo}`);
}

/** Shows one class alone, or all again. */
function isolate(label) {
  stage.mark(label);
  legend.mark(label);
}

/** Gets what is to be downloaded; the mask is here already. */
async function ask(choices) {
  if (choices.output === '') {
    return current.mask;
  }

  clearProblem();
  try {
    return (await segment(current.photo, choices, running.signal)).blob;
  } catch (fault) {
    if (!running.signal.aborted) {
      fail(fault);
    }

    return null;
  }
}

function clear() {
  stage.clear();
  legend.clear();
  clearTimings();
}

function fail(fault, retry) {
  if (!(fault instanceof Problem)) {
    console.error(fault);
    fault = new Problem({ title: 'The page could not show the answer.', detail: fault.message });
  }

  if (fault.status === 401) {
    keyForm.hidden = false;
    keyForm.elements.key.focus();
  }

  showProblem(fault, fault.status === 401 ? undefined : retry);
}

function plural(count, one, many) {
  return `${count} ${count === 1 ? one : many}`;
}
