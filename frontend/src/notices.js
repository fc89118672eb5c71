// Notices at the edge of the screen: what came of an action, and why one failed.

const ICONS = { good: "circle-check", bad: "alert-circle", info: "info-circle", warning: "alert-triangle" };

export function icon(name) {
  const sprite = document.querySelector("meta[name=icons]").content;
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${sprite}#${name}`);
  svg.append(use);
  return svg;
}

export function notify(text, kind = "info") {
  const note = document.createElement("div");
  note.className = `note ${kind}`;
  const words = document.createElement("div");
  words.textContent = text;
  const close = document.createElement("button");
  close.type = "button";
  close.ariaLabel = "Dismiss";
  close.append(icon("x"));
  close.addEventListener("click", () => note.remove());
  note.append(icon(ICONS[kind] ?? ICONS.info), words, close);
  document.querySelector(".notices")?.append(note);
  if (kind !== "bad") setTimeout(() => note.remove(), 6000);
}

document.addEventListener("notice", (event) => notify(event.detail.text, event.detail.kind));

document.addEventListener("htmx:sendError", () => notify("Tocsin cannot be reached. Nothing was sent.", "bad"));

document.addEventListener("click", (event) => {
  event.target.closest(".notices .note button")?.closest(".note").remove();
});
