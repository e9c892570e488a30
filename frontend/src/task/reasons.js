// Phrases are put into the opinion; a dialog for a return or a rejection opens with what was written.

export function startReasons() {
  const opinion = document.getElementById('opinion');
  if (!opinion) return;
  document.addEventListener('click', ({ target }) => {
    const phrase = target.closest('[data-phrase]');
    if (!phrase) return;
    opinion.value = [opinion.value.trim(), phrase.textContent.trim()].filter(Boolean).join(opinion.value.includes('\n') ? '\n' : ' ');
    opinion.dispatchEvent(new Event('input', { bubbles: true }));
    opinion.focus();
  });
  for (const reason of document.querySelectorAll('[data-reason]')) {
    reason.closest('dialog').addEventListener('cs:open', () => {
      if (!reason.value.trim()) reason.value = opinion.value;
    });
  }
}
