// Starts the page from the server: the simulator or the debrief sheet. Kept apart from the module, which other hosts load too.
import { facilitate, mount, mountSheet, serverHost } from "/static/simulator.js";

const root = document.getElementById("simulator");
const host = serverHost();
const { kind } = document.documentElement.dataset;
if (kind === "sheet") mountSheet(root, host);
else if (kind === "facilitator") facilitate(root, host);
else mount(root, host);

// Keeps a copy of the page, so that a reload while the server is down still shows a sentence instead of an error page.
if ("serviceWorker" in navigator) navigator.serviceWorker.register("/static/worker.js", { scope: "/" }).catch(() => {});
