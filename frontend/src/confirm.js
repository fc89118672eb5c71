// Asks before something is lost: <form data-confirm="Delete this service? …" data-confirm-button="Delete">.

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

document.addEventListener(
  "submit",
  async (event) => {
    const form = event.target;
    const text = event.submitter?.dataset.confirm ?? form.dataset.confirm;
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
