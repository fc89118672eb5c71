// The service worker that makes Tocsin installable. It keeps the assets, whose names hold their hashes, and nothing else:
// a page about an alert must be the one of now. When Tocsin cannot be reached it says so.

const CACHE = "tocsin-assets";
const OFFLINE =
  "<!doctype html><meta charset=utf-8><meta name=viewport content='width=device-width'><title>Tocsin</title>" +
  "<h1>Tocsin cannot be reached</h1><p>Your phone or the network is offline, or Tocsin is down. Pages still go out by " +
  "the other ways that you have set up.</p><p><a href=''>Try again</a></p>";

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

async function asset(request) {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(request);
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok) cache.put(request, answer.clone());
  return answer;
}

async function page(request) {
  try {
    return await fetch(request);
  } catch {
    return new Response(OFFLINE, { status: 503, headers: { "Content-Type": "text/html" } });
  }
}

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (url.origin !== location.origin) return;
  if (url.pathname.startsWith("/static/")) event.respondWith(asset(event.request));
  else if (event.request.mode === "navigate" && event.request.method === "GET") event.respondWith(page(event.request));
});
