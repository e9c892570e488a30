// The figures of the navigation and the bell: [data-counts-url] answers { tasks, notices } in words;
// each goes into the elements [data-count="tasks"]. Asked for once, then each minute in sight.

const pause = 60000;

export function startCounts() {
  showCounts();
  setInterval(() => { if (!document.hidden) showCounts(); }, pause);
  document.addEventListener('visibilitychange', () => { if (!document.hidden) showCounts(); });
}

/** Ask for the figures now. */
export async function showCounts() {
  const url = document.querySelector('[data-counts-url]')?.dataset.countsUrl;
  if (!url) return;
  try {
    const answer = await fetch(url, { headers: { Accept: 'application/json' } });
    if (!answer.ok) return;
    for (const [name, count] of Object.entries(await answer.json())) {
      for (const place of document.querySelectorAll(`[data-count="${name}"]`)) {
        place.textContent = count;
        place.hidden = !count;
      }
    }
  } catch {
    // The next minute will do.
  }
}
