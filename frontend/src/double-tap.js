// A second tap that comes at once was meant for the button that stood there before: it must not close an alert that was to
// be acknowledged. So the buttons of an alert ignore taps for a moment when others have taken their place or a menu has
// opened over them, and they ignore the second click of a double one.

const page = document.documentElement;
const formActions = () => [...document.querySelectorAll(".alert-actions form")].map((form) => form.action).join(" ");

let before = formActions();
let timer = 0;

function ignoreTaps(milliseconds) {
  clearTimeout(timer);
  page.dataset.ignoringTaps = "yes";
  timer = setTimeout(() => delete page.dataset.ignoringTaps, milliseconds);
}

document.addEventListener("htmx:afterSwap", () => {
  const after = formActions();
  if (after !== before) ignoreTaps(700);
  before = after;
});

document.addEventListener(
  "toggle",
  (event) => {
    if (event.target.matches(".action-menu[open]")) ignoreTaps(300);
  },
  true,
);

document.addEventListener(
  "click",
  (event) => {
    if (!event.target.closest(".alert-actions")) return;
    if (page.dataset.ignoringTaps || event.detail > 1) event.preventDefault();
  },
  true,
);
