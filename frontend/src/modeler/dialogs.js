// The two questions of the page: deploy this? and: somebody else saved, what now?

export function startDialogs(draft, problems) {
  startConflict(draft);
  const dialog = document.getElementById('deploy');
  if (!dialog) return { askToDeploy: () => {} };
  const form = dialog.querySelector('form');
  const refusal = dialog.querySelector('[data-deploy-refusal]');
  const refuse = (words) => {
    refusal.hidden = !words;
    refusal.querySelector('p').textContent = words;
  };
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    refuse('');
    draft.deploy(form.elements.note.value, refuse);
  });
  dialog.addEventListener('click', ({ target }) => {
    const line = target.closest('[data-where]');
    if (!line) return;
    dialog.close();
    problems.select(line.dataset.where);
  });
  return {
    async askToDeploy() {
      const answer = await draft.check();
      if (!answer) return;
      const blocking = answer.problems.filter(({ level }) => level === 'block');
      refuse('');
      dialog.querySelector('[data-blocked]').hidden = !blocking.length;
      dialog.querySelector('[data-free]').hidden = blocking.length > 0;
      form.querySelector('.btn-primary').disabled = blocking.length > 0;
      form.elements.note.disabled = blocking.length > 0;
      dialog.querySelector('[data-blocking]').replaceChildren(...blocking.map((each) => problems.line(each)));
      dialog.querySelector('[data-consequences]').replaceChildren(...answer.consequences.map((words) => {
        const line = document.createElement('li');
        line.textContent = words;
        return line;
      }));
      dialog.showModal();
      if (!blocking.length) form.elements.note.focus();
    },
  };
}

/** Saving over somebody is offered only to those who have looked at what would be lost. */
function startConflict(draft) {
  const dialog = document.getElementById('conflict');
  if (!dialog) return;
  const over = dialog.querySelector('[data-save-over]');
  const theirs = dialog.querySelector('[data-theirs]');
  draft.conflicts.addEventListener('found', ({ detail }) => {
    document.getElementById('deploy')?.close();
    dialog.querySelector('[data-conflict]').textContent = detail.words;
    theirs.href = detail.url;
    over.disabled = true;
    dialog.showModal();
  });
  theirs.addEventListener('click', () => { over.disabled = false; });
  over.addEventListener('click', () => {
    dialog.close();
    draft.saveOver();
  });
}
