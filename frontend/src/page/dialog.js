// Native dialogs: data-open-dialog="id" opens <dialog id="id">, data-close-dialog closes its own.
// The browser gives the focus back to the opener. A dialog that holds problems opens at once; the
// page draws it open, so that it is there without this script, too.

export function startDialogs() {
  document.addEventListener('click', (event) => {
    const { target } = event;
    const opener = target.closest('[data-open-dialog]');
    if (opener) {
      event.preventDefault(); // without this script it is a button or a link of its own
      open(document.getElementById(opener.dataset.openDialog), opener);
    }
    // A menu closes when one of its lines was chosen, or when one clicks elsewhere.
    for (const menu of document.querySelectorAll('details[data-menu][open]')) {
      if (!target.closest('summary') || !menu.contains(target)) menu.open = false;
    }
    if (target.closest('[data-close-dialog]')) target.closest('dialog').close();
    if (target.matches('dialog')) target.close();
  });
  document.addEventListener('keydown', (event) => {
    const menu = event.key === 'Escape' && event.target.closest?.('details[data-menu][open]');
    if (!menu) return;
    menu.open = false;
    menu.querySelector('summary').focus();
  });
  const now = document.querySelector('dialog[data-open-now]');
  if (now) {
    now.open = false;
    now.showModal();
  }
}

function open(dialog, opener) {
  if (!dialog || dialog.open) return;
  dialog.dispatchEvent(new CustomEvent('cs:open', { detail: { opener } }));
  dialog.showModal();
  (dialog.querySelector('[autofocus]') ?? dialog.querySelector('textarea, input:not([type=hidden]), select'))?.focus();
}
