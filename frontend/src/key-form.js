// The form of a new integration key shows what is for the chosen format only; without scripts it shows all.

function showChosen(form) {
  const chosen = form.elements.type.value;
  for (const part of form.querySelectorAll("[data-only-for]")) {
    part.hidden = !part.dataset.onlyFor.split(" ").includes(chosen);
  }
}

document.querySelectorAll(".key-form").forEach(showChosen);
document.addEventListener("change", ({ target }) => {
  const form = target.closest?.(".key-form");
  if (form) showChosen(form);
});
