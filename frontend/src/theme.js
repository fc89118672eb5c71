// Day, night, or as the system says. The server keeps the choice in a cookie and writes it into the page, so nothing
// flashes; this only spares a reload.

document.addEventListener("submit", (event) => {
  const form = event.target.closest("form.themes");
  if (!form || !event.submitter) return;
  event.preventDefault();
  const theme = event.submitter.value;
  const root = document.documentElement;
  if (theme === "auto") delete root.dataset.bsTheme;
  else root.dataset.bsTheme = theme;
  for (const button of document.querySelectorAll("form.themes button")) {
    button.ariaPressed = String(button.value === theme);
  }
  fetch(form.action, { method: "POST", body: new URLSearchParams({ theme }) });
});
