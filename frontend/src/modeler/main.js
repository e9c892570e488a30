// The designer page. Its frame and data come from templates/designer.html; this file only ties the
// parts together: editor (bpmn-js), draft (saving, checking, deploying), problems (marks and list).
import './designer.css';

import { Draft } from './draft.js';
import { createEditor } from './editor.js';
import { startLint } from './lint.js';
import { ProblemList } from './problems.js';
import { startToolbar } from './toolbar.js';

for (const page of document.querySelectorAll('[data-designer]')) await start(page);

async function start(page) {
  const data = JSON.parse(page.querySelector('[data-designer-data]').textContent);
  const editor = createEditor(page, data);
  const problems = new ProblemList(page, editor, data);
  const draft = new Draft(page, editor, problems, data);
  try {
    await editor.open(data.xml);
  } catch (error) {
    draft.say('failed', `${data.texts.unreadable} ${error.message}`);
    return;
  }
  draft.watch();
  startLint(editor, problems);
  startToolbar(page, editor, draft);
  page.dataset.opened = '';
}
