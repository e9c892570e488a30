// The designer page. Its frame and data come from templates/designer.html; this file only ties the
// parts together: editor (bpmn-js), draft (saving, checking, deploying), problems (marks and list).
import './designer.css';

import { startDialogs } from './dialogs.js';
import { Draft } from './draft.js';
import { createEditor } from './editor.js';
import { startLint } from './lint.js';
import { ProblemList } from './problems.js';
import { startToolbar } from './toolbar.js';

/** Below this width there is no room to draw: the page offers the viewer instead. */
const roomy = window.matchMedia('(width >= 800px)');

for (const page of document.querySelectorAll('[data-designer]')) {
  if (roomy.matches) start(page);
  else roomy.addEventListener('change', () => start(page), { once: true });
}

async function start(page) {
  const data = JSON.parse(page.querySelector('[data-designer-data]').textContent);
  const editor = createEditor(page, data);
  const problems = new ProblemList(page, editor, data);
  const draft = new Draft(page, editor, problems, data);
  page.dataset.opened = 'soon';
  try {
    await editor.open(data.xml);
  } catch (error) {
    page.dataset.opened = 'failed';
    page.querySelector('[data-unreadable]').hidden = false;
    draft.say('failed', `${data.texts.unreadable} ${error.message}`);
    editor.modeler.destroy();
    return;
  }
  draft.watch();
  startLint(editor, problems);
  startToolbar(page, editor, draft, startDialogs(draft, problems));
  page.dataset.opened = 'done';
}
