/**
 * Shows how long the stages took, as a bar and in numbers.
 * @param {{name: string, milliseconds: number}[]} stages As the service measured them.
 * @param {number} milliseconds From the click to the answer, the way there and back included.
 */
export function showTimings(stages, milliseconds) {
  const inService = stages.reduce((sum, stage) => sum + stage.milliseconds, 0);
  const bar = Object.assign(document.createElement('div'), { className: 'bar' });
  bar.append(...stages.map((stage, i) => {
    const part = Object.assign(document.createElement('span'), { className: `stage-${i % 6}` });
    part.style.flexGrow = stage.milliseconds;
    return part;
  }));
  const list = document.createElement('dl');
  list.append(
    ...stages.flatMap((stage, i) => row(stage.name, stage.milliseconds, `stage-${i % 6}`)),
    ...row('in the service', inService, 'sum'),
    ...row('there and back', milliseconds, 'sum'));
  document.getElementById('timings').replaceChildren(bar, list);
}

export function clearTimings() {
  document.getElementById('timings').replaceChildren();
}

function row(name, milliseconds, className) {
  const term = Object.assign(document.createElement('dt'), { textContent: name, className });
  const value = `${milliseconds < 10 ? milliseconds.toFixed(1) : Math.round(milliseconds)} ms`;
  return [term, Object.assign(document.createElement('dd'), { textContent: value })];
}
