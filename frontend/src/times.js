// Keeps every <time> true: its server wrote "3 min ago" or "in 4 min" when the page was made.
// data-as: "relative" (the default), or "countdown" (4:32 until then). What has data-until goes away then; its data-left
// tells the seconds that are left.

const meta = document.querySelector("meta[name=now]");
let ahead = meta ? Date.parse(meta.content) - Date.now() : 0;

export const now = () => Date.now() + ahead;

// As `age` in formatting.py: 40 s, 2 min, 1 h 1 min, 3 d 4 h, 12 d.
function span(seconds) {
  if (seconds < 60) return `${Math.floor(seconds)} s`;
  const minutes = Math.floor((Math.floor(seconds) + 30) / 60);
  const [days, hours] = [Math.floor(minutes / 1440), Math.floor(minutes / 60) % 24];
  const parts = [[days, "d"], [days < 7 ? hours : 0, "h"], [days ? 0 : minutes % 60, "min"]];
  return parts.filter(([number]) => number).map(([number, unit]) => `${number} ${unit}`).join(" ");
}

export function relative(seconds) {
  if (Math.abs(seconds) < 5) return "now";
  return seconds > 0 ? `in ${span(seconds)}` : `${span(-seconds)} ago`;
}

const two = (number) => String(number).padStart(2, "0");

export function countdown(seconds) {
  const left = Math.max(0, Math.ceil(seconds));
  if (left >= 86_400) return span(left);
  const [hours, minutes, rest] = [Math.floor(left / 3600), Math.floor(left / 60) % 60, left % 60];
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

function refresh() {
  const at = now();
  for (const offer of document.querySelectorAll("[data-until]")) {
    const left = Math.ceil((Date.parse(offer.dataset.until) - at) / 1000);
    if (left > 0) offer.querySelector("[data-left]").textContent = `${left} s`;
    else offer.remove();
  }
  for (const element of document.querySelectorAll("time[data-as]")) {
    const seconds = (Date.parse(element.dateTime) - at) / 1000;
    const text = element.dataset.as === "countdown" ? countdown(seconds) : relative(seconds);
    if (element.textContent !== text) element.textContent = text;
  }
}

setInterval(refresh, 1000);
document.addEventListener("htmx:afterSwap", refresh);
document.addEventListener("visibilitychange", refresh);
document.addEventListener("htmx:afterRequest", (event) => {
  const told = event.detail.xhr?.getResponseHeader("Tocsin-Now");
  if (told) ahead = Date.parse(told) - Date.now();
});

// The server writes exact times in the viewer's own zone once it knows it.
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (zone && !document.cookie.includes(`tocsin_zone=${encodeURIComponent(zone)}`)) {
  document.cookie = `tocsin_zone=${encodeURIComponent(zone)}; path=/; max-age=31536000; samesite=lax`;
}
