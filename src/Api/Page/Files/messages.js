const status = document.getElementById('status');
const box = document.getElementById('problem');

/** Says what goes on, to the eye and to a screen reader. */
export function say(sentence) {
  status.textContent = sentence;
}

/**
 * Shows a failure.
 * @param {import('./service.js').Problem} problem
 * @param {(() => void) | undefined} retry What "Try again" does; without it, there is no such button.
 */
export function showProblem(problem, retry) {
  const title = paragraph(problem.message);
  title.className = 'title';
  const parts = [title];
  if (problem.detail) {
    parts.push(paragraph(problem.detail));
  }

  if (problem.retryAfter) {
    parts.push(paragraph(`Try again in ${problem.retryAfter} s.`));
  }

  if (retry) {
    const button = Object.assign(document.createElement('button'), { type: 'button', className: 'button', textContent: 'Try again' });
    button.addEventListener('click', retry);
    parts.push(button);
  }

  // Shown first, filled then: that is what a screen reader notices.
  box.hidden = false;
  box.replaceChildren(...parts);
  say('');
}

export function clearProblem() {
  box.hidden = true;
  box.replaceChildren();
}

function paragraph(text) {
  return Object.assign(document.createElement('p'), { textContent: text });
}
