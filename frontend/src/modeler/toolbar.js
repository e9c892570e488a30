// Buttons: data-do="save | check | deploy | undo | redo | fit | zoom-in | zoom-out | download".
// Ctrl+S saves; Ctrl+Z and Ctrl+Y also work outside the canvas, except in fields. Buttons in the dialogs of the page belong here, too.
import { download } from './download.js';

const keys = { s: 'save', z: 'undo', y: 'redo' };

export function startToolbar(page, editor, draft, dialogs) {
  const stack = editor.modeler.get('commandStack');
  const acts = {
    save: () => draft.save(),
    check: () => draft.check(),
    deploy: () => dialogs.askToDeploy(),
    undo: () => stack.undo(),
    redo: () => stack.redo(),
    fit: () => editor.fit(),
    'zoom-in': () => editor.zoom(1),
    'zoom-out': () => editor.zoom(-1),
    download: async () => download(await editor.xml(), draft.data.key),
  };
  document.addEventListener('click', ({ target }) => {
    const act = acts[target.closest('[data-do]')?.dataset.do];
    if (act) act();
  });
  document.addEventListener('keydown', (event) => {
    const act = (event.ctrlKey || event.metaKey) && keys[event.key.toLowerCase()];
    if (!act || event.defaultPrevented || document.querySelector('dialog[open]')) return;
    if (act !== 'save' && event.target.closest('input, textarea, select, [contenteditable], [data-canvas]')) return;
    event.preventDefault();
    acts[act]();
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
