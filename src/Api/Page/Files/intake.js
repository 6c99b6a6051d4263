/**
 * The ways by which a photo comes to the page: chosen, taken, dropped, pasted, or one of the samples.
 * @param {(photo: Blob, name: string) => void} open Takes the photo.
 * @param {(sentence: string) => void} refuse Takes the reason why there is none.
 */
export function acceptPhotos(open, refuse) {
  for (const id of ['choose', 'take']) {
    const input = document.getElementById(id);
    input.addEventListener('change', () => {
      const [file] = input.files;
      // So that choosing the same file again is a change again.
      input.value = '';
      if (file) {
        open(file, file.name);
      }
    });
  }

  for (const sample of document.querySelectorAll('[data-sample]')) {
    sample.addEventListener('click', async () => {
      const name = sample.dataset.sample;
      const answer = await fetch(`page/${name}`).catch(() => null);
      if (answer?.ok) {
        open(await answer.blob(), name);
      } else {
        refuse('The service does not hand out its sample picture.');
      }
    });
  }

  addEventListener('paste', event => {
    // A key that is pasted into its field is no photo.
    if (!event.target.closest?.('input')) {
      take(event.clipboardData, 'The clipboard has no image.');
    }
  });
  addEventListener('dragover', event => {
    event.preventDefault();
    document.body.classList.add('dragged-over');
  });
  addEventListener('dragleave', event => {
    // Leaving one element for another is not leaving the page.
    if (!event.relatedTarget) {
      document.body.classList.remove('dragged-over');
    }
  });
  addEventListener('drop', event => {
    event.preventDefault();
    document.body.classList.remove('dragged-over');
    take(event.dataTransfer, 'What was dropped is no file. An image of another page has to be saved first.');
  });

  function take(transfer, otherwise) {
    const [file] = transfer?.files ?? [];
    if (file) {
      open(file, file.name);
    } else {
      refuse(otherwise);
    }
  }
}
