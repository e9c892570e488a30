// Buttons of the bar: data-do="save | check | undo | redo | fit | download"; the form in the dialog
// "deploy" deploys. Ctrl+S saves.

export function startToolbar(page, editor, draft) {
  const stack = editor.modeler.get('commandStack');
  const acts = {
    save: () => draft.save(),
    check: () => draft.check(),
    undo: () => stack.undo(),
    redo: () => stack.redo(),
    fit: () => editor.fit(),
    download: async () => download(await editor.xml(), draft.data.key),
  };
  page.addEventListener('click', ({ target }) => acts[target.closest('[data-do]')?.dataset.do]?.());
  document.addEventListener('keydown', (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key === 's' && !event.isComposing && page.querySelector('[data-do="save"]')) {
      event.preventDefault();
      draft.save();
    }
  });
  const dialog = document.getElementById('deploy');
  dialog?.querySelector('form').addEventListener('submit', (event) => {
    event.preventDefault();
    const note = event.target.elements.note.value;
    dialog.close();
    draft.deploy(note);
  });
  const show = () => {
    for (const [name, possible] of [['undo', stack.canUndo()], ['redo', stack.canRedo()]]) {
      const button = page.querySelector(`[data-do="${name}"]`);
      if (button) button.disabled = !possible;
    }
  };
  editor.modeler.on('commandStack.changed', show);
  show();
}

function download(xml, key) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([xml], { type: 'application/xml' }));
  link.download = `${key}.bpmn`;
  link.click();
  URL.revokeObjectURL(link.href);
}
