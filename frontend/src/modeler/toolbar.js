// Buttons: data-do="save | check | deploy | undo | redo | fit | zoom-in | zoom-out | download".
// Ctrl+S saves. Buttons in the dialogs of the page belong here, too.
import { download } from './download.js';

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
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 's') {
      event.preventDefault();
      draft.save();
    }
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
