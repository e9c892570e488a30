// A second click while the first request is on its way is swallowed; coming back re-opens the form.

export function startSubmitOnce() {
  document.addEventListener('submit', (event) => {
    const { target: form } = event;
    if (form.dataset.sent !== undefined) {
      event.preventDefault();
      return;
    }
    // Only after the other listeners: one of them may still stop the request.
    queueMicrotask(() => {
      if (event.defaultPrevented || form.method === 'dialog') return;
      form.dataset.sent = '';
      event.submitter?.setAttribute('aria-busy', 'true');
    });
  });
  window.addEventListener('pageshow', ({ persisted }) => {
    if (!persisted) return;
    for (const form of document.querySelectorAll('form[data-sent]')) delete form.dataset.sent;
    for (const button of document.querySelectorAll('[aria-busy="true"]')) button.removeAttribute('aria-busy');
  });
}
