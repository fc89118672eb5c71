// Search fields: <input data-finds="#element"> with results, links in that element. Down goes into them, up and down go
// through them, up from the first leads back. Escape, and whatever goes on elsewhere, puts away what hangs below the bar's field.

const links = (field) => [...document.querySelectorAll(`${field.dataset.finds} a`)];
const fieldOf = (hits) => document.querySelector(`[data-finds="#${hits.id}"]`);

function walk(field, from, step) {
  const all = links(field);
  const next = from + step;
  if (next < 0) return field.focus();
  all[Math.min(next, all.length - 1)]?.focus();
}

function escape(event, field) {
  const hits = document.querySelector(field.dataset.finds);
  if (!hits.matches(".finder-hits") || !hits.firstElementChild) return;
  event.preventDefault();
  hits.replaceChildren();
  field.focus();
}

document.addEventListener("keydown", (event) => {
  const hits = event.target.closest?.("[data-hits]");
  const field = hits ? fieldOf(hits) : event.target.closest?.("[data-finds]");
  if (!field) return;
  if (event.key === "Escape") return escape(event, field);
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step || (step < 0 && !hits)) return;
  event.preventDefault();
  walk(field, hits ? links(field).indexOf(event.target) : -1, step);
});

function elsewhere(event) {
  if (!event.target.closest?.(".finder")) document.querySelector(".finder-hits")?.replaceChildren();
}

document.addEventListener("pointerdown", elsewhere);
document.addEventListener("focusin", elsewhere);
