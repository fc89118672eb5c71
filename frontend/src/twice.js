// A second tap that comes at once was meant for what stood there before: it must not close an alert that was to be
// acknowledged. So the buttons of an alert rest for a moment when others have taken their place, and ignore the second
// click of a double one.

const REST = 700;

const page = document.documentElement;
const offered = () => [...document.querySelectorAll(".acts form")].map((form) => form.action).join(" ");

let before = offered();
let ending = 0;

document.addEventListener("htmx:afterSwap", () => {
  const after = offered();
  if (after === before) return;
  before = after;
  clearTimeout(ending);
  page.dataset.resting = "yes";
  ending = setTimeout(() => delete page.dataset.resting, REST);
});

document.addEventListener(
  "click",
  (event) => {
    if (!event.target.closest(".acts")) return;
    if (page.dataset.resting || event.detail > 1) event.preventDefault();
  },
  true,
);
