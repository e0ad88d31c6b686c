// Keeps the page of a place for when there is no line: it opens, and says how old what it knows is. Shows messages.

const NAME = "forehear-place-1";
const SHELL = ["place/place.css", "place/place.js", "place/words.js", "map/icon.svg"];

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(NAME).then((cache) => cache.addAll(SHELL)).then(() => self.skipWaiting()));
});
self.addEventListener("activate", (event) => {
  event.waitUntil(caches.keys().then((all) => Promise.all(all.filter((n) => n.startsWith("forehear-place-") && n !== NAME).map((n) => caches.delete(n)))).then(() => self.clients.claim()));
});
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const shell = request.mode === "navigate" || SHELL.some((path) => new URL(request.url).pathname.endsWith(`/${path}`));
  // States are never taken from a store: an old one that looks new is worse than none.
  if (request.method !== "GET" || !shell) return;
  event.respondWith(fetch(request).then((answer) => {
    if (answer.ok) {
      const copy = answer.clone();
      event.waitUntil(caches.open(NAME).then((cache) => cache.put(request, copy)));
    }
    return answer;
  }).catch(() => caches.match(request)));
});
self.addEventListener("push", (event) => {
  const said = event.data.json();
  event.waitUntil(self.registration.showNotification(said.title, {
    body: said.body, tag: said.tag, renotify: true, requireInteraction: said.state === "warning", icon: "map/icon.svg",
    timestamp: 1000 * said.issued_at_s, data: { url: `site/${encodeURIComponent(said.tag)}` },
  }));
});
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(self.clients.openWindow(event.notification.data.url));
});
