// The page of a task: its form's preview, rows and files, the tabs beside it, the dialogs' comforts.
import './task.css';
import './form.css';
import './points.css';

import { startPhrases } from '../page/phrases.js';
import { startFiles } from './files.js';
import { startPeople } from '../page/people.js';
import { startPoints } from './points.js';
import { startPreview } from './preview.js';
import { startReasons } from './reasons.js';
import { startRows } from './rows.js';
import { startSignatures } from './signature.js';
import { startTabs } from './tabs.js';

startTabs();
startRows();
startFiles();
startReasons();
startPhrases();
startPeople();
startPoints();
startSignatures();
for (const form of document.querySelectorAll('form[data-preview]')) startPreview(form);
for (const form of document.querySelectorAll('form[data-send-quietly]')) {
  navigator.sendBeacon(form.action, new FormData(form));
}
// A refused form shows where the first trouble is.
document.querySelector('dialog[open] [aria-invalid="true"], [aria-invalid="true"]')?.focus();
