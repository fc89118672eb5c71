// The lateness of the last hour: <figure data-lateness="/engine/lateness.json">, drawn again every half minute.

import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import "./engine.css";

const EVERY = 30_000;
const HEIGHT = 260;
const NAMES = {
  alert: { max_seconds: "alerts, worst", p50_seconds: "alerts, median" },
  page: { max_seconds: "pages, worst", p50_seconds: "pages, median" },
};
const COLOURS = { alert: "--critical", page: "--info" };

const figure = document.querySelector("[data-lateness]");
let plot = null;
let shown = null;

function told(seconds) {
  if (seconds === null || seconds === undefined) return "–";
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  return seconds < 120 ? `${Number(seconds.toFixed(1))} s` : `${Math.round(seconds / 60)} min`;
}

// What a custom property comes to as a colour, by day or by night: a canvas knows neither var() nor light-dark().
function colour(name) {
  const probe = document.createElement("span");
  probe.style.color = `var(${name})`;
  figure.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}

function series({ kind, measure }) {
  const worst = measure === "max_seconds";
  const stroke = colour(COLOURS[kind]);
  const line = { label: NAMES[kind][measure], stroke, width: 2, spanGaps: false, value: (_, value) => told(value) };
  return { ...line, dash: worst ? undefined : [6, 4], points: { show: true, size: worst ? 7 : 5, fill: stroke } };
}

function axes() {
  const [stroke, line] = [colour("--soft"), colour("--tblr-border-color")];
  const axis = { stroke, grid: { stroke: line, width: 1 }, ticks: { stroke: line, width: 1 } };
  const clock = (_, ticks) => ticks.map((at) => new Date(at * 1000).toLocaleTimeString([], { timeStyle: "short", hour12: false }));
  return [
    { ...axis, values: clock },
    { ...axis, size: 64, values: (_, ticks) => ticks.map(told) },
  ];
}

const width = () => figure.clientWidth - 32;

function draw() {
  plot?.destroy();
  plot = new uPlot(
    {
      width: width(),
      height: HEIGHT,
      scales: { y: { range: (_, _low, high) => [0, Math.max(high ?? 0, 0.1) * 1.1] } },
      series: [{ label: "at" }, ...shown.lines.map(series)],
      axes: axes(),
    },
    [shown.minutes, ...shown.lines.map((line) => line.values)],
    figure,
  );
}

function nothing(is) {
  figure.querySelector(".empty-state")?.remove();
  if (!is) return;
  plot?.destroy();
  plot = null;
  const text = document.createElement("p");
  text.className = "empty-state";
  text.textContent = "No alert has entered a step and no page has gone out within the last hour.";
  figure.append(text);
}

async function refresh() {
  if (document.hidden) return;
  const answer = await fetch(figure.dataset.lateness);
  if (!answer.ok) return;
  shown = await answer.json();
  const empty = shown.lines.every((line) => line.values.every((value) => value === null));
  nothing(empty);
  if (!empty) draw();
}

if (figure) {
  const again = () => refresh().catch(() => {});
  again();
  setInterval(again, EVERY);
  document.addEventListener("visibilitychange", again);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => plot && draw());
  window.addEventListener("resize", () => plot?.setSize({ width: width(), height: HEIGHT }));
}
