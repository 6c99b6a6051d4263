import { addressOf } from './service.js';

// What POST /segment can answer: the value of "output", how it is called here, and the ending of its file.
const OUTPUTS = [
  ['', 'Class indices (PNG)', '-mask.png'],
  ['color', 'Colours (PNG)', '-color.png'],
  ['overlay', 'Overlay (JPEG)', '-overlay.jpg'],
  ['confidence', 'Confidence (PNG)', '-confidence.png'],
  ['json', 'Report (JSON)', '.json'],
  ['npy', 'Labels (NumPy)', '.npy'],
];

/** The chooser of what to download, and the command that would ask for the same. */
export class Outputs {
  #output = document.getElementById('output');
  #opacity = document.getElementById('opacity');
  #command = document.getElementById('command');
  #photo = null;
  #model = '';

  /** @param {(choices: {model: string, output: string, alpha: string}) => Promise<Blob | null>} ask Gets the answer with these choices. */
  constructor(ask) {
    this.#output.append(...OUTPUTS.map(([value, name]) => new Option(name, value)));
    this.#output.addEventListener('change', () => this.#showCommand());
    this.#opacity.addEventListener('change', () => this.#showCommand());
    document.getElementById('download-form').addEventListener('submit', async event => {
      event.preventDefault();
      const name = this.#fileName();
      const blob = await ask(this.#choices());
      if (blob) {
        save(blob, name);
      }
    });
  }

  /** @param {string} photo Its file name. @param {string} model The model that is asked. */
  show(photo, model) {
    [this.#photo, this.#model] = [photo, model];
    this.#showCommand();
  }

  #showCommand() {
    if (this.#photo === null) {
      return;
    }

    const address = new URL(addressOf(this.#choices()), document.baseURI);
    this.#command.textContent = `curl --data-binary @${quote(this.#photo)} -H 'Content-Type: application/octet-stream' \\\n`
      + `  '${address}' -o ${quote(this.#fileName())}`;
  }

  // The overlay is as the page shows it.
  #choices() {
    const output = this.#output.value;
    return { model: this.#model, output, alpha: output === 'overlay' ? String(this.#opacity.value / 100) : '' };
  }

  #fileName() {
    const [, , ending] = OUTPUTS.find(([value]) => value === this.#output.value);
    return this.#photo.replace(/\.\w+$/, '') + ending;
  }
}

function save(blob, name) {
  const link = Object.assign(document.createElement('a'), { href: URL.createObjectURL(blob), download: name });
  link.click();
  // Long after the browser has begun to write the file.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

// For a POSIX shell.
function quote(text) {
  return /^[\w.-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
