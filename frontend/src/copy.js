// <button data-copy="#id"> copies the text of what it names, or of the <pre> beside it.

import { notify } from "./notices.js";

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const source = button.dataset.copy ? document.querySelector(button.dataset.copy) : button.parentElement.querySelector("pre, input");
  const text = source.value ?? source.textContent;
  try {
    await navigator.clipboard.writeText(text.trim());
    notify("Copied.", "good");
  } catch {
    getSelection().selectAllChildren(source);
    notify("Press Ctrl+C to copy what is selected.");
  }
});
