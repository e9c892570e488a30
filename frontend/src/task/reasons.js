// A dialog for a return or a rejection opens with what was written as the opinion.

export function startReasons() {
  const opinion = document.getElementById('opinion');
  if (!opinion) return;
  for (const reason of document.querySelectorAll('[data-reason]')) {
    reason.closest('dialog').addEventListener('cs:open', () => {
      if (!reason.value.trim()) reason.value = opinion.value;
    });
  }
}
