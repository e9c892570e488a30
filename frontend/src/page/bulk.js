// Bulk selection: [data-bulk] holds ticks named data-bulk-item, one data-bulk-all, and a bar
// [data-bulk-bar] that shows while something is ticked; [data-bulk-count] shows how many.

export function startBulk() {
  for (const area of document.querySelectorAll('[data-bulk]')) {
    area.addEventListener('change', ({ target }) => {
      if (target.matches('[data-bulk-all]')) {
        for (const item of items(area)) item.checked = target.checked;
      }
      show(area);
    });
    area.querySelector('[data-bulk-clear]')?.addEventListener('click', () => {
      for (const item of items(area)) item.checked = false;
      show(area);
    });
    show(area);
  }
}

function items(area) {
  return [...area.querySelectorAll('[data-bulk-item]')];
}

function show(area) {
  const all = items(area);
  const ticked = all.filter((item) => item.checked);
  for (const item of all) item.closest('tr, li')?.setAttribute('aria-selected', String(item.checked));
  for (const count of area.querySelectorAll('[data-bulk-count]')) count.textContent = ticked.length;
  for (const bar of area.querySelectorAll('[data-bulk-bar]')) bar.hidden = !ticked.length;
  const every = area.querySelector('[data-bulk-all]');
  if (every) {
    every.checked = all.length > 0 && ticked.length === all.length;
    every.indeterminate = ticked.length > 0 && ticked.length < all.length;
  }
}
