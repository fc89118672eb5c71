// Asks before something is lost: <form data-confirm="Delete this service? …" data-confirm-button="Delete">.
// Of a list: data-confirm="Close {alert}? …" data-confirm-counts="alert" asks "Close 3 alerts? …" when so many boxes of
// that name are ticked, and does not ask when none is.

const agreed = new WeakSet();

function ask(text, caption) {
  const dialog = document.createElement("dialog");
  dialog.className = "dialog";
  const words = document.createElement("p");
  words.textContent = text;
  const choices = document.createElement("form");
  choices.method = "dialog";
  choices.className = "choices";
  const no = Object.assign(document.createElement("button"), { className: "btn", value: "", textContent: "Cancel" });
  const yes = Object.assign(document.createElement("button"), {
    className: "btn btn-danger",
    value: "yes",
    textContent: caption,
  });
  choices.append(no, yes);
  dialog.append(words, choices);
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
  });
}

function question(form, submitter) {
  const { confirm, confirmCounts: name } = submitter?.dataset.confirm ? submitter.dataset : form.dataset;
  if (!confirm || !name) return confirm;
  const count = form.querySelectorAll(`input[name="${name}"]:checked`).length;
  return count && confirm.replace(`{${name}}`, `${count} ${name}${count === 1 ? "" : "s"}`);
}

document.addEventListener(
  "submit",
  async (event) => {
    const form = event.target;
    const text = question(form, event.submitter);
    if (!text || agreed.delete(form)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const submitter = event.submitter;
    const caption = submitter?.dataset.confirmButton ?? form.dataset.confirmButton ?? submitter?.textContent.trim();
    if (!(await ask(text, caption || "Go on"))) return;
    agreed.add(form);
    form.requestSubmit(submitter);
  },
  true,
);
