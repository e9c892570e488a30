// [data-signature]: a sheet to sign on with finger, pen or mouse. What is drawn lies as whole numbers
// in its hidden input: points "x,y" of a stroke, strokes parted by ";", on a sheet of 600 × 200.

const sheet = { width: 600, height: 200 };
const mostPoints = 3000; // as the server's limit
const svg = 'http://www.w3.org/2000/svg';

export function startSignatures() {
  for (const place of document.querySelectorAll('[data-signature]')) start(place);
}

function start(place) {
  place.hidden = false;
  const drawing = place.querySelector('svg');
  const kept = place.querySelector('input[type=hidden]');
  let strokes = kept.value ? kept.value.split(';').map((line) => line.split(' ')) : [];
  let here = null;
  const keep = () => {
    kept.value = strokes.map((points) => points.join(' ')).join(';');
  };
  const show = () => drawing.replaceChildren(...strokes.map(line));
  const add = (event) => {
    const point = pointOf(drawing, event);
    if (here.at(-1) === point || strokes.flat().length >= mostPoints) return;
    here.push(point);
    drawing.lastElementChild.setAttribute('points', ends(here));
  };
  drawing.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    event.preventDefault();
    drawing.setPointerCapture(event.pointerId);
    here = [];
    strokes.push(here);
    drawing.append(line(here));
    add(event);
  });
  drawing.addEventListener('pointermove', (event) => {
    if (here) for (const each of event.getCoalescedEvents?.() ?? [event]) add(each);
  });
  for (const end of ['pointerup', 'pointercancel']) {
    drawing.addEventListener(end, () => {
      here = null;
      strokes = strokes.filter((points) => points.length);
      keep();
    });
  }
  place.querySelector('[data-signature-clear]').addEventListener('click', () => {
    strokes = [];
    keep();
    show();
  });
  show();
}

function line(points) {
  const found = document.createElementNS(svg, 'polyline');
  found.setAttribute('points', ends(points));
  return found;
}

/** A dot is a line to itself. */
function ends(points) {
  return (points.length === 1 ? [points[0], points[0]] : points).join(' ');
}

function pointOf(drawing, { clientX, clientY }) {
  const box = drawing.getBoundingClientRect();
  const within = (value, most) => Math.round(Math.min(Math.max(value, 0), 1) * most);
  return `${within((clientX - box.left) / box.width, sheet.width)},${within((clientY - box.top) / box.height, sheet.height)}`;
}
