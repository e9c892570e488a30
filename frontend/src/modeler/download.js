// Give the reader a file of what is drawn.

export function download(xml, name) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([xml], { type: 'application/xml' }));
  link.download = `${name}.bpmn`;
  link.click();
  URL.revokeObjectURL(link.href);
}
