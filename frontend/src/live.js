// Live pages. <body data-live="alerts engine" data-since="…"> opens one stream of server-sent events; each names the
// topics that changed, and becomes an event `live:<topic>` on the body: hx-trigger="live:alerts from:body".
//
// The stream is open only while the page can be seen (browsers allow six to a host). When it opens again everything is
// fetched again. At most one event per topic and second; the last is never lost.

import htmx from "./htmx.js";

const topics = document.body?.dataset.live?.split(" ").filter(Boolean) ?? [];
const SLOWEST = 30_000;
const EVERY = 1000;

let source = null;
let since = document.body?.dataset.since ?? "";
let retry = 1000;
let waiting = 0;
const lastly = new Map();
const later = new Map();

function announce(topic) {
  later.delete(topic);
  lastly.set(topic, Date.now());
  htmx.trigger(document.body, `live:${topic}`);
}

function changed(topic) {
  if (later.has(topic)) return;
  const wait = (lastly.get(topic) ?? 0) + EVERY - Date.now();
  if (wait <= 0) announce(topic);
  else later.set(topic, setTimeout(announce, wait, topic));
}

// What is fetched by itself says so: a word about what somebody did is not for it.
document.addEventListener("htmx:configRequest", ({ detail }) => {
  if (/^(live|hx:poll):/.test(detail.triggeringEvent?.type)) detail.headers["Tocsin-By-Itself"] = "yes";
});

function offline(is) {
  document.documentElement.classList.toggle("is-offline", is);
}

function open() {
  clearTimeout(waiting);
  if (source || document.hidden) return;
  const query = new URLSearchParams({ topics: topics.join(" "), since });
  source = new EventSource(`/live?${query}`);
  source.onopen = () => {
    retry = 1000;
    offline(false);
    document.documentElement.dataset.streaming = "yes";
  };
  source.onmessage = (event) => {
    since = event.lastEventId || since;
    event.data.split(" ").filter(Boolean).forEach(changed);
  };
  source.onerror = () => {
    close();
    if (document.hidden) return;
    if (retry > 2000) offline(true);
    waiting = setTimeout(open, retry * (0.75 + Math.random() / 2));
    retry = Math.min(retry * 2, SLOWEST);
  };
}

function close() {
  source?.close();
  source = null;
  delete document.documentElement.dataset.streaming;
}

if (topics.length) {
  document.addEventListener("visibilitychange", () => (document.hidden ? close() : open()));
  window.addEventListener("pagehide", close);
  window.addEventListener("pageshow", open);
  window.addEventListener("online", open);
  open();
}
