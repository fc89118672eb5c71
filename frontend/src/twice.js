// The second click of a double one falls on whatever has taken the first one's place: it must not close an alert that was to
// be acknowledged.

document.addEventListener(
  "click",
  (event) => {
    if (event.detail > 1 && event.target.closest(".acts")) event.preventDefault();
  },
  true,
);
