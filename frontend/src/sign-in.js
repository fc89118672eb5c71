// A session that ends while somebody types: the answer 401 holds the sign-in form. It opens over the page, what was typed
// stays where it is, and the request is sent again once they are signed in.

import htmx from "./htmx.js";
import { notify } from "./notices.js";

let open = null;
let told = false;

// What refreshes itself must not put a form over what somebody is reading or typing.
const byPerson = (event) => !/^(live:|every)/.test(event?.type ?? "every");

function tell() {
  if (!told) notify("Your session has ended. What you see is no longer kept fresh: sign in again.", "warning");
  told = true;
}

async function signIn(html) {
  const dialog = document.createElement("dialog");
  dialog.className = "dialog";
  dialog.innerHTML = html;
  document.body.append(dialog);
  dialog.showModal();
  dialog.querySelector("input:not([type=hidden])")?.focus();
  return new Promise((resolve) => {
    dialog.addEventListener("submit", async (event) => {
      event.preventDefault();
      event.stopPropagation();
      const form = event.target;
      const answer = await fetch("/sign-in", {
        method: "POST",
        body: new URLSearchParams(new FormData(form)),
        headers: { "HX-Request": "true", Accept: "text/html" },
      });
      if (answer.ok) dialog.close("yes");
      else dialog.innerHTML = await answer.text();
    });
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
  });
}

document.addEventListener("htmx:responseError", async (event) => {
  const { xhr, requestConfig, target } = event.detail;
  if (xhr.status !== 401) return;
  if (!byPerson(requestConfig.triggeringEvent)) return tell();
  open ??= signIn(xhr.responseText).finally(() => (open = null));
  if (!(await open)) return;
  htmx.ajax(requestConfig.verb, requestConfig.path, {
    source: requestConfig.elt,
    target,
    values: requestConfig.formData,
  });
});
