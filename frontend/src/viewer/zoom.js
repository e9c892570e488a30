// Buttons for those who have no wheel. Their words come from the place's data attributes.
import { fit } from '../bpmn/fit.js';

export function addZoom(place, viewer) {
  const bar = document.createElement('div');
  bar.className = 'cs-zoom';
  bar.append(
    button('+', place.dataset.zoomIn, () => viewer.get('zoomScroll').stepZoom(1)),
    button('−', place.dataset.zoomOut, () => viewer.get('zoomScroll').stepZoom(-1)),
    button('□', place.dataset.zoomFit, () => fit(viewer)),
  );
  place.append(bar);
}

function button(sign, words, press) {
  const node = document.createElement('button');
  node.type = 'button';
  node.textContent = sign;
  node.title = words;
  node.setAttribute('aria-label', words);
  node.addEventListener('click', press);
  return node;
}
