// Brings it together: events in, records kept, map and panel drawn. One place for state, no framework.

import { follow, headers } from "./live.js";
import * as chart from "./map.js";
import { PALETTE } from "./palette.js";
import { $, drawAlerts, drawDetail, drawHelp, drawLegend, drawSites, hideDetail, inOrder, sensorDetail, timing, trackDetail } from "./panel.js";
import { timeline } from "./past.js";
import { clockOf, currentLanguage, setLanguage, setZone, word, zoneOf } from "./words.js";

const state = {
  token: takeToken(), about: null, frame: { time_s: 0, tracks: [] }, sites: new Map(), siteStates: [], alerts: null,
  status: null, link: "connecting", picked: null, past: null, playing: false, fitted: false,
};
// The service's clock as this browser reckons it: where it stood, when, and how fast it runs.
const clock = { at: 0, wall: 0, rate: 1 };
let theme = localStorage.getItem("forehear.theme") ?? (matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark");
let sounding = localStorage.getItem("forehear.sound") === "on", started = null;
// Warnings that were sounded: one sound for each, whatever is sent of it afterwards; till it is seen, then anew.
const sounded = new Set();
// When the last picture came; older than this [ms] it is said to be old, whatever the reason.
let framed = null, wasOld = false;
const STALE_MS = 5000;
// So many places are searched, not looked through.
const SEARCHED_FROM = 12;
// For tests and for those who look closely.
window.forehear = { state, chart, latencies: [] };

/** The operator's token comes after the address's #, is kept for this tab, and leaves the address bar. */
function takeToken() {
  const m = /token=([\w-]+)/.exec(location.hash);
  if (m) {
    sessionStorage.setItem("forehear.token", m[1]);
    history.replaceState(null, "", location.pathname + location.hash.replace(/#?&?token=[\w-]+/, "").replace(/^(?=.)#?/, "#"));
  }
  return sessionStorage.getItem("forehear.token");
}

const shared = /map=[\d.]/.test(location.hash);
const operator = () => state.about?.face === "operator";
const isOld = () => framed !== null && performance.now() - framed > STALE_MS;
// While nothing comes in, time stands still on the page: a countdown that runs on says that somebody still listens.
const nowS = () => (state.past ? state.past.time_s : isOld() ? state.frame.time_s : clock.at + ((performance.now() - clock.wall) / 1000) * clock.rate);

function tellTime(timeS) {
  const wall = performance.now(), passed = (wall - clock.wall) / 1000;
  if (passed > 0.8) {
    const rate = (timeS - clock.at) / passed;
    clock.rate = clock.at && rate > 0.05 && rate < 100 ? rate : 1;
    clock.at = timeS;
    clock.wall = wall;
  }
}

const ON = {
  async hello(about) {
    state.about = about;
    setZone(about.time_zone);
    clock.at = about.time_s;
    clock.wall = performance.now();
    const places = loadSites();
    const sensors = operator() ? ask("sensors.geojson") : null;
    chart.setLanguage(currentLanguage());
    started ??= begin();
    await places;
    await started;
    if (sensors) chart.setSensors(await sensors);
    // A view that somebody shared is kept.
    if (!state.fitted && !shared) fitAll();
    state.fitted = true;
    drawAllSites();
    await past.refresh();
  },
  frame(frame) {
    state.frame = frame;
    framed = performance.now();
    $("loading").hidden = true;
    if (!state.past) chart.setTracks(frame.tracks, frame.time_s);
    tellTime(frame.time_s);
  },
  sites(states) {
    state.siteStates = states;
    if (!state.past) drawAllSites();
  },
  hearing: (h) => chart.setHearing(h),
  corridors(c) {
    if (!state.past) chart.setCorridors(c);
  },
  sensors: (changes) => chart.setCodes(changes),
  status(status) {
    state.status = status;
    tellTime(status.time_s);
  },
  alerts(list) {
    state.alerts = [...list].reverse();
    drawAllAlerts();
  },
  alert(alert) {
    state.alerts = [alert, ...(state.alerts ?? []).filter((a) => a.number !== alert.number)].slice(0, 100);
    drawAllAlerts();
    const name = state.sites.get(alert.site)?.name ?? alert.site;
    $("news").textContent = `${name}: ${word(alert.state)}`;
    if (alert.state !== "warning") sounded.delete(alert.alert);
    else if (sounding && !sounded.has(alert.alert)) beep();
    if (alert.state === "warning") sounded.add(alert.alert);
  },
  acknowledged({ number, acknowledged_at_s }) {
    for (const a of state.alerts ?? []) if (a.number === number) a.acknowledged_at_s = acknowledged_at_s;
    drawAllAlerts();
  },
};

async function ask(path) {
  const answer = await fetch(path, { headers: headers(state.token) });
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer.json();
}

async function begin() {
  await chart.start("map", state.about, theme);
  chart.onPick(pick);
}

async function loadSites() {
  const geojson = await ask("sites.geojson");
  for (const f of geojson.features) state.sites.set(f.id, { ...f.properties, site: f.id, lon: f.geometry.coordinates[0], lat: f.geometry.coordinates[1] });
  drawAllSites();
  drawAllAlerts();
}

const padding = () => (innerWidth <= 700 ? { top: 30, left: 30, right: 84, bottom: innerHeight * 0.52 + 60 } : { top: 76, left: 396, right: 96, bottom: 84 });

function fitAll() {
  const points = [...state.sites.values()].flatMap((s) => s.polygons.flat()).concat(state.frame.tracks.map((t) => [t.lon, t.lat]));
  for (let k = 0; chart.sensorAt(k); k++) points.push(chart.sensorAt(k).geometry.coordinates);
  chart.fit(points, padding());
}

function siteList() {
  const states = new Map((state.past?.sites ?? state.siteStates).map((s) => [s.site, s]));
  return [...state.sites.values()].map((s) => ({ name: s.name, lon: s.lon, lat: s.lat, polygons: s.polygons, radius_m: s.radius_m, site: s.site, state: "clear", ...states.get(s.site) }));
}

function drawAllSites() {
  const now = nowS(), list = siteList();
  const sought = $("search").value.trim().toLowerCase();
  $("search").hidden = list.length < SEARCHED_FROM;
  drawSites(sought ? list.filter((s) => s.name.toLowerCase().includes(sought)) : list, now, state.picked?.site, (site) => pick({ site }, true));
  chart.setSites(list.map((s) => ({ ...s, label: timing(s, now) ? `${s.name}\n${timing(s, now)}` : s.name })));
}

function drawAllAlerts() {
  // "No alerts" is a statement: not before the service has made it.
  if (state.alerts === null) return;
  // An update of what was told already is the same matter: one line for each state of each alert, the newest.
  const matters = new Map();
  for (const a of state.alerts) {
    const key = `${a.alert} ${a.state}`, first = matters.get(key);
    if (!first) matters.set(key, { ...a });
    else first.acknowledged_at_s ??= a.acknowledged_at_s;
  }
  drawAlerts([...matters.values()], new Map([...state.sites.values()].map((s) => [s.site, s.name])), operator(), acknowledge, (site) => pick({ site }, true));
}

async function acknowledge(number) {
  await fetch(`alerts/${number}/acknowledge`, { method: "POST", headers: headers(state.token) });
}

function pick(what, go = false) {
  state.picked = what;
  chart.pick(what);
  drawPicked();
  drawAllSites();
  const site = what?.site ? state.sites.get(what.site) : null;
  if (go && site) chart.flyTo(site.lon, site.lat, 9, padding());
}

function drawPicked() {
  const what = state.picked, close = () => pick(null);
  const track = what?.track && (state.past?.tracks ?? state.frame.tracks).find((t) => t.id === what.track);
  const sensor = what?.sensor !== undefined && chart.sensorAt(what.sensor);
  if (track) return drawDetail(...trackDetail(track, nowS()), close);
  if (sensor) return drawDetail(...sensorDetail(sensor.properties, chart.codeName(what.sensor), nowS()), close);
  hideDetail();
}

const past = timeline(state, operator, ask, () => { drawAllSites(); drawPicked(); });

// --- the steady hand -----------------------------------------------------------------------------------
setInterval(() => {
  drawLink();
  if (!state.about) return;
  $("clock").textContent = clockOf(nowS());
  $("zone").textContent = zoneOf(nowS());
  drawBanner();
  const tracks = word("tracks")((state.past ?? state.frame).tracks.filter((t) => t.status === "confirmed").length);
  const s = state.status?.sensors;
  const all = s ? Object.values(s).reduce((a, b) => a + b, 0) : 0;
  $("summary").title = operator() ? word("summary_title") : "";
  $("summary").textContent = operator() && s ? word("summary", { tracks, hearing: s.hearing, sensors: all, rate: Math.round(state.status.reports_per_s) }) : word("summary_public", { tracks });
  drawAllSites();
  if (state.picked) drawPicked();
}, 500);

/** How the line is. An old picture must never look like a new one, not even while the slider shows the past. */
function drawLink() {
  const old = isOld(), stale = old && !state.past;
  if (old && !wasOld && sounding) beep();
  wasOld = old;
  const name = state.link === "connected" && old ? "stands" : state.link, late = state.status?.behind_s ?? 0;
  $("link").className = `link ${name}`;
  $("link").textContent = name === "connected" && late > 3 ? word("behind", { s: Math.round(late) }) : word(name);
  document.body.classList.toggle("stale", stale);
  $("stale").hidden = !stale;
  const why = word(name === "stands" ? name : "lost");
  const words = stale ? `${why[0].toUpperCase()}${why.slice(1)} · ${word("picture_of", { time: clockOf(state.frame.time_s) })}` : "";
  if ($("stale").textContent !== words) $("stale").textContent = words;
}

/** Too few sensors is said at the top of both faces: silence must not look like peace. */
function drawBanner() {
  const list = state.past ? [] : siteList(), blind = list.filter((s) => s.covered === false), gone = list.filter((s) => s.covered !== false && s.gone >= 0.28);
  const names = (of) => of.slice(0, 3).map((s) => s.name).join(", ") + (of.length > 3 ? `, ${word("others")(of.length - 3)}` : "");
  const said = [];
  if (blind.length) said.push(word("banner_blind")(names(blind)));
  if (gone.length) said.push(word("banner_gone")(Math.round(100 * Math.max(...gone.map((s) => s.gone))), names(gone)));
  const text = said.join(" ");
  $("banner").hidden = !text;
  if ($("banner").textContent !== text) $("banner").textContent = text;
}

function drawWords() {
  document.documentElement.dataset.theme = theme;
  for (const e of document.querySelectorAll("[data-word]")) e.textContent = word(e.dataset.word);
  for (const id of ["theme", "sound", "fit", "help", "play", "key"]) {
    $(id).title = $(id).dataset.key ? `${word(id)} (${$(id).dataset.key})` : word(id);
    $(id).setAttribute("aria-label", word(id));
  }
  $("search").placeholder = word("search");
  $("search").setAttribute("aria-label", word("search"));
  $("language").textContent = word("language");
  $("language").title = word("language_title");
  $("slider").setAttribute("aria-label", word("play"));
  const role = (state.about?.status ?? "Exercise").toLowerCase();
  $("status").textContent = word(role);
  $("status").className = `chip ${role}`;
  $("status").hidden = !state.about || !word(role);
  $("name").textContent = state.about?.name ?? "forehear";
  document.title = state.about?.name ?? "forehear";
  drawLegend(PALETTE[theme], operator());
  drawHelp(PALETTE[theme], beep);
  $("sound").setAttribute("aria-pressed", String(sounding));
  $("key").hidden = state.about?.face !== "public";
  drawAllAlerts();
}

function beep() {
  const audio = new AudioContext(), gain = audio.createGain();
  gain.connect(audio.destination);
  [0, 0.28, 0.56].forEach((t) => {
    const tone = audio.createOscillator();
    tone.frequency.value = 660;
    tone.connect(gain);
    tone.start(audio.currentTime + t);
    tone.stop(audio.currentTime + t + 0.18);
  });
  gain.gain.setValueAtTime(0.2, audio.currentTime);
}

const DO = {
  t() { theme = theme === "dark" ? "light" : "dark"; localStorage.setItem("forehear.theme", theme); chart.setTheme(theme); drawWords(); },
  u() { setLanguage(currentLanguage() === "uk" ? "en" : "uk"); chart.setLanguage(currentLanguage()); drawWords(); drawPicked(); drawAllSites(); },
  m() { sounding = !sounding; localStorage.setItem("forehear.sound", sounding ? "on" : "off"); $("sound").setAttribute("aria-pressed", String(sounding)); if (sounding) beep(); },
  f: fitAll, l: past.toLive, s: () => chart.show("sensors", !chart.isShown("sensors")), c: () => chart.show("corridors", !chart.isShown("corridors")), h: () => chart.show("hearing", !chart.isShown("hearing")),
  a() { if (!state.alerts) return; const mine = (x) => !x.acknowledged_at_s && x.site === state.picked?.site; const a = state.alerts.find(mine) ?? state.alerts.find((x) => !x.acknowledged_at_s && x.state === "warning") ?? state.alerts.find((x) => !x.acknowledged_at_s); if (a && operator()) acknowledge(a.number); },
  "?": () => ($("keys").open ? $("keys").close() : $("keys").showModal()),
  " ": past.play,
  escape: () => { pick(null); $("keys").close(); },
  arrowdown: () => walk(1), arrowup: () => walk(-1), arrowright: () => past.step(10), arrowleft: () => past.step(-10),
  enter() { if (state.picked?.site) pick(state.picked, true); },
};

function walk(by) {
  const list = inOrder(siteList());
  if (list.length === 0) return;
  const k = list.findIndex((s) => s.site === state.picked?.site);
  const next = list[(k + by + list.length + (k < 0 && by < 0 ? 1 : 0)) % list.length];
  pick({ site: next.site });
  $("sites").children[list.indexOf(next)]?.scrollIntoView({ block: "nearest" });
}

addEventListener("keydown", (e) => {
  const typing = e.target.matches?.("input[type=password], input[type=search]") || e.ctrlKey || e.metaKey || e.altKey;
  const pressing = e.target.matches?.("button, input, summary") && (e.key === "Enter" || e.key === " " || e.key.startsWith("Arrow") && e.target.id === "slider");
  // Ukrainian keyboards: the key's place counts, not its letter.
  const key = /^Key([A-Z])$/.exec(e.code)?.[1].toLowerCase() ?? e.key.toLowerCase();
  if (typing || pressing || !DO[key] || !state.about || document.querySelector("dialog[open]") && !["?", "escape"].includes(key)) return;
  e.preventDefault();
  DO[key]();
});
$("language").onclick = DO.u;
$("theme").onclick = DO.t;
$("sound").onclick = DO.m;
$("fit").onclick = fitAll;
$("help").onclick = DO["?"];
$("search").oninput = drawAllSites;
$("keys").onclick = () => $("keys").close();
$("handle").onclick = () => $("handle").setAttribute("aria-expanded", String(!$("panel").classList.toggle("folded")));
$("key").onclick = () => $("enter").showModal();
$("enter").onclose = () => {
  if (!$("enter").returnValue && state.about) return;
  if ($("enter").returnValue === "operator" && $("token").value) location.hash = `token=${$("token").value.trim()}`;
  else if ($("enter").returnValue === "public") sessionStorage.removeItem("forehear.token");
  location.reload();
};

drawWords();
setLanguage(currentLanguage());
follow(
  state.token,
  (name, data) => {
    Promise.resolve(ON[name]?.(data)).then(name === "hello" ? drawWords : undefined).catch((error) => console.error(error));
  },
  (link) => {
    state.link = link;
    drawLink();
    if (link === "refused") {
      sessionStorage.removeItem("forehear.token");
      $("wrong").hidden = false;
      $("enter").showModal();
    }
  },
);
