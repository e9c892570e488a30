// Searching for a person: [data-people] fills its datalist with colleagues while one types.

const pause = 200;

export function startPeople() {
  for (const field of document.querySelectorAll('input[data-people]')) start(field);
}

function start(field) {
  const list = field.list;
  let timer;
  field.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(async () => {
      const text = field.value.trim();
      if (!text) return;
      const answer = await fetch(`${field.dataset.people}?${new URLSearchParams({ text })}`, { headers: { Accept: 'application/json' } });
      if (!answer.ok || field.value.trim() !== text) return;
      list.replaceChildren(...(await answer.json()).map(({ value, label }) => Object.assign(document.createElement('option'), { value, label: `${label} · ${value}` })));
      field.dataset.offered = text;
    }, pause);
  });
}
