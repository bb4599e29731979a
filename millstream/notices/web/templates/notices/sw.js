/* Shows pushes and opens what they are about. It keeps no pages: a market's prices must not come from a cache. */

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("push", (event) => {
  let told = {};
  try {
    told = event.data ? event.data.json() : {};
  } catch {
    told = {};
  }
  // The tag is the notice's id: the same notice sent twice replaces itself in silence.
  event.waitUntil(
    self.registration.showNotification(told.title || "Millstream", {
      body: told.body || "",
      tag: told.tag || "millstream",
      icon: "/static/build/mark.svg",
      data: { url: told.url || "/" },
    }),
  );
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const wanted = new URL(event.notification.data.url, self.location.origin);
  if (wanted.origin !== self.location.origin) return;
  event.waitUntil(
    self.clients.matchAll({ type: "window", includeUncontrolled: true }).then((pages) => {
      const open = pages.find((page) => new URL(page.url).pathname === wanted.pathname);
      return open ? open.focus() : self.clients.openWindow(wanted.href);
    }),
  );
});
