// Asks the server first; where it does not answer, hands out the last copy of the page.
const COPY = "tandem-page";

self.addEventListener("install", (event) => {
  const wanted = ["/", "/sheet", "/static/simulator.css", "/static/simulator.js", "/static/start.js", "/static/icon.svg"];
  event.waitUntil(caches.open(COPY).then((copy) => copy.addAll(wanted)).then(() => self.skipWaiting()));
});
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (request.method !== "GET" || address.pathname.startsWith("/export")) return;
  event.respondWith(
    fetch(request)
      .then((answer) => {
        if (answer.ok && !address.search) {
          const kept = answer.clone();
          caches.open(COPY).then((copy) => copy.put(address.pathname, kept));
        }
        return answer;
      })
      .catch(async () => {
        const kept = await caches.match(address.pathname);
        return kept ?? (await caches.match("/")) ?? Response.error();
      }),
  );
});
