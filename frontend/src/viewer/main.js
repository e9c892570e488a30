// Read-only diagrams: every [data-diagram-url] shows what its address answers, once it is in sight:
// { xml, tokens: [{ element, state, words }] } (see bpmn/tokens.js).
import NavigatedViewer from 'bpmn-js/lib/NavigatedViewer';

import '../bpmn/canvas.css';
import { fit } from '../bpmn/fit.js';
import { toEnglish } from '../bpmn/names.js';
import { showTokens } from '../bpmn/tokens.js';
import { mapReturns } from './returns.js';
import { addZoom } from './zoom.js';

const seen = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) {
    if (!isIntersecting) continue;
    seen.unobserve(target);
    show(target);
  }
});
for (const place of document.querySelectorAll('[data-diagram-url]')) seen.observe(place);

async function show(place) {
  const viewer = new NavigatedViewer({ container: place });
  if (!document.documentElement.lang.startsWith('zh')) {
    viewer.on('import.parse.complete', ({ definitions }) => { if (definitions) toEnglish(definitions); });
  }
  try {
    const answer = await fetch(place.dataset.diagramUrl, { headers: { Accept: 'application/json' } });
    if (!answer.ok) throw new Error((await answer.json()).detail);
    const { xml, tokens = [] } = await answer.json();
    await viewer.importXML(xml);
    fit(viewer);
    showTokens(viewer, tokens);
    if (place.dataset.returnsOf) mapReturns(place, viewer);
    addZoom(place, viewer);
    place.dataset.shown = '';
  } catch (error) {
    viewer.destroy();
    const note = document.createElement('p');
    note.className = 'cs-diagram-note';
    note.textContent = place.dataset.failed;
    place.replaceChildren(note);
    console.warn(error);
  }
}
