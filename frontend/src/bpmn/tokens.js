// Marks on a diagram: where the work is, where it has been, who holds it and since when.
// A token: { element, state: "live" | "over" | "passed", words } — words as the page language
// writes them, such as "Zhang Min · since 10-10 09:00". A token inside a called process names that
// process in `called`; its calls are marked.

export function showTokens(viewer, tokens) {
  const canvas = viewer.get('canvas');
  const overlays = viewer.get('overlays');
  const elements = viewer.get('elementRegistry');
  const marked = new Set();
  for (const { element, called, state, words } of tokens) {
    const shape = elements.get(element)
      ?? elements.find(({ businessObject }) => called && businessObject.calledElement === called);
    if (!shape) continue; // of a process that this diagram does not draw
    canvas.addMarker(shape.id, `cs-${state}`);
    // Two branches inside one call would write over each other.
    if (words && !shape.waypoints && !marked.has(shape.id)) {
      marked.add(shape.id);
      overlays.add(shape.id, { position: { bottom: 8, left: 4 }, html: badge(words, state) });
    }
  }
}

export function badge(words, kind) {
  const node = document.createElement('div');
  node.className = `cs-badge ${kind}`;
  node.textContent = words;
  node.title = words;
  return node;
}
