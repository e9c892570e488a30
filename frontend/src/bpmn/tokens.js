// Marks on a diagram: where the work is, where it has been, who holds it and since when.
// A token: { element, state: "live" | "over" | "passed", words } — words as the page language
// writes them, such as "Zhang Min · since 10-10 09:00".

export function showTokens(viewer, tokens) {
  const canvas = viewer.get('canvas');
  const overlays = viewer.get('overlays');
  const elements = viewer.get('elementRegistry');
  for (const { element, state, words } of tokens) {
    const shape = elements.get(element);
    if (!shape) continue; // a step of a called process, drawn elsewhere
    canvas.addMarker(element, `cs-${state}`);
    if (words && !shape.waypoints) {
      overlays.add(element, { position: { bottom: 8, left: 4 }, html: badge(words, state) });
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
