// Calendars: <svg data-drag="/schedules/…" data-start data-end> may be drawn over, in seconds since 1970. What is drawn
// fills the form of an override; a tap on a bar takes the bar's time and, to be replaced, its person. While somebody draws,
// no news moves the line under their hand: it comes when they have drawn.

import "./schedules.css";

const SVG = "http://www.w3.org/2000/svg";
const MINUTE = 60;
const STEPS = [15, 30, 60, 180, 360, 720, 1440].map((minutes) => minutes * MINUTE);
const LEAST = 6; // px that a finger moves by itself
const FINEST = 4; // px of one step

let drawing = false;
let missed = false;

const number = (element, name) => Number(element.dataset[name]);

function scale(line) {
  const [start, end] = [number(line, "start"), number(line, "end")];
  const { left, width } = line.getBoundingClientRect();
  const step = STEPS.find((one) => (one / (end - start)) * width >= FINEST) ?? STEPS.at(-1);
  const at = (x) => {
    const share = Math.min(Math.max((x - left) / width, 0), 1);
    return start + Math.round((share * (end - start)) / step) * step;
  };
  return { at, share: (moment) => (100 * (moment - start)) / (end - start), step, end };
}

function drawn(line) {
  const rect = document.createElementNS(SVG, "rect");
  rect.setAttribute("class", "drawn");
  rect.setAttribute("y", "1");
  rect.setAttribute("height", String(line.height.baseVal.value - 2));
  line.append(rect);
  return rect;
}

function fill(line, start, end, user) {
  const query = new URLSearchParams({ start: String(start), end: String(end) });
  if (user) query.set("instead_of", user);
  const mine = new URLSearchParams(location.search).get("zone");
  if (mine) query.set("zone", mine);
  window.htmx
    .ajax("GET", `${line.dataset.drag}/overrides/new?${query}`, { target: "#override", swap: "outerHTML" })
    .then(() => {
      const form = document.querySelector("#override");
      form?.scrollIntoView({ block: "start" });
      form?.querySelector("select")?.focus({ preventScroll: true });
    });
}

function follow(line, first) {
  const { at, share, step, end: last } = scale(line);
  const rect = drawn(line);
  const span = (x) => {
    const [one, other] = [at(first.clientX), at(x)].sort((a, b) => a - b);
    return [one, Math.min(Math.max(other, one + step), last)];
  };
  const move = (event) => {
    const [start, end] = span(event.clientX);
    rect.setAttribute("x", `${share(start)}%`);
    rect.setAttribute("width", `${share(end) - share(start)}%`);
  };
  const stop = () => {
    drawing = false;
    rect.remove();
    line.removeEventListener("pointermove", move);
    line.removeEventListener("pointerup", up);
    line.removeEventListener("pointercancel", stop);
    if (missed) window.htmx.trigger(document.body, `live:${document.body.dataset.live}`);
    missed = false;
  };
  const up = (event) => {
    stop();
    if (Math.abs(event.clientX - first.clientX) >= LEAST) return fill(line, ...span(event.clientX));
    const bar = first.target.closest(".bar");
    if (bar) fill(line, number(bar, "start"), number(bar, "end"), bar.dataset.user);
  };
  drawing = true;
  line.setPointerCapture(first.pointerId);
  line.addEventListener("pointermove", move);
  line.addEventListener("pointerup", up);
  line.addEventListener("pointercancel", stop);
}

document.addEventListener("htmx:beforeSwap", (event) => {
  if (!drawing) return;
  event.detail.shouldSwap = false;
  missed = true;
});

document.addEventListener("pointerdown", (event) => {
  const line = event.target.closest("svg[data-drag]");
  if (line && event.button === 0) follow(line, event);
});
