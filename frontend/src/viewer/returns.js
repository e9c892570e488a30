// The legal-return map: which steps may be chosen, and what the chosen one lets run again or leaves
// valid. The list of steps beside the diagram is the truth; a click on a step only chooses there.
const states = ['cs-target', 'cs-chosen', 'cs-again', 'cs-kept'];

export function mapReturns(place, viewer) {
  const key = place.dataset.returnsOf;
  const choices = JSON.parse(place.closest('[data-return-map]').dataset.returnMap);
  const radios = [...document.querySelectorAll('input[name=target]')];
  const canvas = viewer.get('canvas');
  const elements = viewer.get('elementRegistry');
  const mark = (path, state) => {
    const [definition, element] = path.split('/');
    const shape = definition === key
      ? elements.get(element)
      : elements.find(({ businessObject }) => businessObject?.calledElement === definition);
    if (shape) canvas.addMarker(shape.id, state);
  };
  const show = () => {
    const chosen = choices.find(({ value }) => radios.some((radio) => radio.checked && radio.value === value));
    elements.forEach(({ id }) => { for (const state of states) canvas.removeMarker(id, state); });
    for (const path of chosen?.kept ?? []) mark(path, 'cs-kept');
    for (const path of chosen?.again ?? []) mark(path, 'cs-again');
    for (const { value } of choices) mark(value, 'cs-target');
    if (chosen) mark(chosen.value, 'cs-chosen');
  };
  viewer.on('element.click', ({ element }) => {
    const radio = radios.find(({ value }) => value === `${key}/${element.id.replace(/_label$/, '')}`);
    if (!radio) return;
    radio.checked = true;
    radio.dispatchEvent(new Event('change', { bubbles: true }));
  });
  for (const radio of radios) radio.addEventListener('change', show);
  show();
}
