// A second tap that comes at once was meant for what stood there before: it must not close an alert that was to be
// acknowledged. So the buttons of an alert rest for a moment when others have taken their place or a menu has opened over
// them, and ignore the second click of a double one.

const page = document.documentElement;
const offered = () => [...document.querySelectorAll(".acts form")].map((form) => form.action).join(" ");

let before = offered();
let ending = 0;

function rest(milliseconds) {
  clearTimeout(ending);
  page.dataset.resting = "yes";
  ending = setTimeout(() => delete page.dataset.resting, milliseconds);
}

document.addEventListener("htmx:afterSwap", () => {
  const after = offered();
  if (after !== before) rest(700);
  before = after;
});

document.addEventListener(
  "toggle",
  (event) => {
    if (event.target.matches(".act-menu[open]")) rest(300);
  },
  true,
);

document.addEventListener(
  "click",
  (event) => {
    if (!event.target.closest(".acts")) return;
    if (page.dataset.resting || event.detail > 1) event.preventDefault();
  },
  true,
);
