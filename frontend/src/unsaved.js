// Asks before a page is left on which an editor (<form data-editor>) has changes that are not saved. Sending any form is
// no loss; what a form sends by htmx stays on the page.

let isChanged = false;
let isSending = false;

function changed(event) {
  if (event.target.closest?.("form[data-editor]")) isChanged = true;
}

document.addEventListener("input", changed);
document.addEventListener("change", changed);
document.addEventListener("submit", () => (isSending = true));
document.addEventListener("htmx:afterRequest", () => (isSending = false));

// A form that came back with something wrong in it holds what is not saved yet.
if (document.querySelector("form[data-editor] [aria-invalid]")) isChanged = true;

window.addEventListener("beforeunload", (event) => {
  if (isChanged && !isSending) event.preventDefault();
});
