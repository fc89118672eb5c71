// Search fields: <input data-results="#element"> names the element <div data-result-list> whose links are the results. Arrow
// down goes into them, up and down move through them, up from the first goes back to the field. Escape, and a click or a
// focus elsewhere, clears the results below the bar's field.

const links = (field) => [...document.querySelectorAll(`${field.dataset.results} a`)];
const fieldOf = (list) => document.querySelector(`[data-results="#${list.id}"]`);

function moveFocus(field, from, step) {
  const results = links(field);
  const next = from + step;
  if (next < 0) return field.focus();
  results[Math.min(next, results.length - 1)]?.focus();
}

function clear(event, field) {
  const list = document.querySelector(field.dataset.results);
  if (!list.matches(".search-results") || !list.firstElementChild) return;
  event.preventDefault();
  list.replaceChildren();
  field.focus();
}

document.addEventListener("keydown", (event) => {
  const list = event.target.closest?.("[data-result-list]");
  const field = list ? fieldOf(list) : event.target.closest?.("[data-results]");
  if (!field) return;
  if (event.key === "Escape") return clear(event, field);
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step || (step < 0 && !list)) return;
  event.preventDefault();
  moveFocus(field, list ? links(field).indexOf(event.target) : -1, step);
});

function clearFromElsewhere(event) {
  if (!event.target.closest?.(".search-box")) document.querySelector(".search-results")?.replaceChildren();
}

document.addEventListener("pointerdown", clearFromElsewhere);
document.addEventListener("focusin", clearFromElsewhere);
