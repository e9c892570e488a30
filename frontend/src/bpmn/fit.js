// The whole diagram with air around it; `left` keeps it clear of a palette, and the bottom stays free
// for the bpmn.io mark.

const mark = 32;

export function fit(viewer, { left = 0, air = 24 } = {}) {
  const canvas = viewer.get('canvas');
  canvas.zoom('fit-viewport');
  const { inner, outer, scale } = canvas.viewbox();
  const wanted = Math.min(
    (outer.width - left - 2 * air) / inner.width, (outer.height - mark - 2 * air) / inner.height, 1.25,
  );
  const zoom = wanted > 0 ? wanted : scale;
  const width = outer.width / zoom;
  const height = outer.height / zoom;
  const free = (outer.width - left) / zoom;
  canvas.viewbox({
    x: inner.x - left / zoom - Math.max((free - inner.width) / 2, air / zoom),
    y: inner.y - (height - mark / zoom - inner.height) / 2,
    width,
    height,
  });
}
