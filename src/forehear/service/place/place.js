// The page of one place, for a wall and a phone: its state, and whether anybody still listens. Silence is said, too.

import { WORDS } from "./words.js";

// Frames come each second; without one for so long the page is deaf, and says so.
const DEAF_MS = 6000;
const site = decodeURIComponent(location.pathname.replace(/\/+$/, "").split("/").pop());
const $ = (id) => document.getElementById(id);
const kept = `forehear.place.${site}`;
let language = localStorage.getItem("forehear.language") || (navigator.language.startsWith("uk") ? "uk" : navigator.language ? "en" : "uk");
let place = { name: site, state: "unknown", status: "Actual" };
let heardAt = null; // ms of this device's clock when the last frame came
let offsetS = 0; // the service's clock less this device's

try {
  // What was known when it was last heard: shown as old as it is.
  const old = JSON.parse(localStorage.getItem(kept));
  if (old) [place, heardAt, offsetS] = [old.place, old.heardAt, old.offsetS];
} catch { /* a store that is refused or damaged: nothing is known */ }

const clock = (ms) => new Date(ms).toLocaleTimeString(WORDS[language].code, { hour12: false });
const isDeaf = () => heardAt === null || Date.now() - heardAt > DEAF_MS || place.state === "unknown";

function draw() {
  const say = WORDS[language], root = document.documentElement, deaf = isDeaf();
  root.lang = language;
  root.dataset.state = place.state;
  root.toggleAttribute("data-deaf", deaf);
  $("name").textContent = place.name;
  $("state").textContent = say[place.state] ?? place.state;
  const threat = place.state === "warning" || place.state === "watch";
  const nowS = Date.now() / 1000 + offsetS;
  const timed = threat && place.earliest_s != null && place.latest_s != null;
  const first = timed ? Math.max(Math.floor((place.earliest_s - nowS) / 60), 0) : 0;
  const last = timed ? Math.max(Math.ceil((place.latest_s - nowS) / 60), 0) : 0;
  $("minutes").textContent = timed ? (last <= 1 ? say.now : say.minutes(first, last)) : "";
  $("groups").replaceChildren(...(threat ? place.groups ?? [] : []).slice(0, 3).map((g) => {
    const row = document.createElement("li"), what = say.kinds[g.kind] ?? g.kind;
    row.textContent = g.distance_m <= 0 ? say.overhead(g.count, what)
      : say.from(g.count, what, say.sides[Math.round(g.bearing_deg / 45) % 8], Math.max(Math.round(g.distance_m / 1000), 1));
    return row;
  }));
  $("covered").textContent = place.state === "unknown" ? "" : place.covered === false || place.state === "not_covered" ? say.uncovered : say.covered;
  $("do").textContent = place.state === "warning" ? say.shelter : place.state === "watch" ? say.prepare : "";
  $("drill").hidden = place.status === "Actual";
  $("drill").textContent = say.drill;
  $("listening").textContent = !deaf ? say.listening(clock(heardAt)) : heardAt === null ? say.never : say.deaf(clock(heardAt), Math.floor((Date.now() - heardAt) / 60000));
  $("language").textContent = say.other;
  $("push").textContent = say[$("push").dataset.word ?? "notify"];
  document.title = `${say[place.state] ?? ""} · ${place.name}`;
}

function take(event, data) {
  if (event === "hello") place.status = data.status;
  if (event === "sites") {
    const found = data.find((s) => s.site === site);
    // One that is in no list is clear: the service lists what it looks at, and knows this place.
    const { earliest_s, latest_s, groups, covered } = found ?? {};
    place = { ...place, state: found?.state ?? "clear", earliest_s, latest_s, groups, covered };
  }
  if (event === "alert" && data.site === site) place = { ...place, state: data.state, earliest_s: data.arrival_earliest_s, latest_s: data.arrival_latest_s, groups: data.groups };
  if (event === "frame") {
    heardAt = Date.now();
    offsetS = data.time_s - heardAt / 1000;
    $("heart").classList.remove("beat");
    requestAnimationFrame(() => $("heart").classList.add("beat"));
  }
  if (heardAt !== null) {
    try { localStorage.setItem(kept, JSON.stringify({ place, heardAt, offsetS })); } catch { /* full: it is only for the next start */ }
  }
  draw();
}

function listen() {
  const live = new EventSource("../live");
  for (const name of ["hello", "frame", "sites", "alert"]) live.addEventListener(name, (e) => take(name, JSON.parse(e.data)));
  live.addEventListener("error", () => {
    // It connects again by itself, unless it was refused: then anew.
    if (live.readyState === EventSource.CLOSED) setTimeout(listen, 2000);
  });
}

async function names() {
  const answer = await fetch("../sites.geojson", { cache: "no-store" });
  const found = (await answer.json()).features.find((f) => f.id === site);
  if (found) place.name = found.properties.name;
  draw();
}

async function offerPush() {
  if (!("serviceWorker" in navigator)) return;
  const worker = await navigator.serviceWorker.register("../place-worker.js", { scope: "./" });
  const answer = await fetch("../push/key");
  if (!answer.ok || !("PushManager" in window)) return;
  const { key } = await answer.json();
  $("push").hidden = false;
  $("push").addEventListener("click", async () => {
    try {
      const raw = Uint8Array.from(atob(key.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
      const made = (await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: raw })).toJSON();
      const body = JSON.stringify({ endpoint: made.endpoint, p256dh: made.keys.p256dh, auth: made.keys.auth, site, language });
      const taken = await fetch("../push", { method: "POST", headers: { "Content-Type": "application/json" }, body });
      $("push").dataset.word = taken.ok ? "notified" : "refused";
    } catch {
      $("push").dataset.word = "refused";
    }
    draw();
  });
}

$("manifest").href = `${encodeURIComponent(site)}/manifest.webmanifest`;
$("language").addEventListener("click", () => {
  language = language === "uk" ? "en" : "uk";
  localStorage.setItem("forehear.language", language);
  draw();
});
draw();
setInterval(draw, 1000);
names().catch(() => draw());
offerPush().catch(() => draw());
listen();
