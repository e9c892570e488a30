// File fields: [data-files] sends each chosen file at once (data-upload) and keeps its id in a hidden
// input of the field's name; removing the line takes the file out of the answer.

export function startFiles() {
  for (const place of document.querySelectorAll('[data-files]')) start(place);
  // A file of the step goes up when it is chosen; the whole form goes with it as a draft.
  document.addEventListener('change', ({ target }) => {
    if (target.dataset.attachWith && target.files.length) document.getElementById(target.dataset.attachWith).click();
  });
  document.addEventListener('click', ({ target }) => {
    const remove = target.closest('[data-remove-file]');
    if (!remove) return;
    const place = remove.closest('[data-files]');
    remove.closest('li').remove();
    changed(place);
    place.querySelector('input[type=file]').focus();
  });
}

function start(place) {
  const chooser = place.querySelector('input[type=file]');
  const state = place.querySelector('[data-file-state]');
  chooser.addEventListener('change', async () => {
    for (const file of [...chooser.files]) {
      state.textContent = place.dataset.sending;
      try {
        show(place, await send(place, file));
        state.textContent = '';
      } catch (error) {
        state.textContent = error instanceof Refusal ? error.message : place.dataset.failed;
      }
    }
    chooser.value = '';
  });
}

async function send(place, file) {
  const body = new FormData();
  body.append('file', file);
  body.append('csrf_token', place.closest('form').elements.csrf_token.value);
  const answer = await fetch(place.dataset.upload, { method: 'POST', body, headers: { Accept: 'application/json' } });
  const found = await answer.json();
  if (!answer.ok) throw new Refusal(found.detail);
  return found;
}

function show(place, { id, name, size }) {
  const line = document.createElement('li');
  const kept = Object.assign(document.createElement('input'), { type: 'hidden', name: place.dataset.files, value: id });
  const link = Object.assign(document.createElement('a'), { href: `/attachments/${id}`, textContent: name });
  const bytes = Object.assign(document.createElement('span'), { className: 'cs-soft cs-small', textContent: `${Math.ceil(size / 1024)} kB` });
  const remove = Object.assign(document.createElement('button'), { type: 'button', className: 'btn btn-quiet btn-small', textContent: '×' });
  remove.dataset.removeFile = '';
  remove.setAttribute('aria-label', `${place.dataset.remove} ${name}`);
  line.append(kept, link, bytes, remove);
  const list = place.querySelector('ul');
  if (place.dataset.multiple === undefined) list.replaceChildren();
  list.append(line);
  changed(place);
}

function changed(place) {
  place.dispatchEvent(new Event('input', { bubbles: true }));
}

class Refusal extends Error {}
