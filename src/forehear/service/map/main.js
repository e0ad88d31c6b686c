// Brings it together: events in, records kept, map and panel drawn. One place for state, no framework.

import { follow, headers } from "/map/live.js";
import * as chart from "/map/map.js";
import { PALETTE } from "/map/palette.js";
import { $, drawAlerts, drawDetail, drawLegend, drawSites, hideDetail, inOrder, node, timing } from "/map/panel.js";
import { clockOf, currentLanguage, setLanguage, setZone, word } from "/map/words.js";

const state = {
  token: takeToken(), about: null, frame: { time_s: 0, tracks: [] }, sites: new Map(), siteStates: [], alerts: [],
  status: null, link: "connecting", picked: null, past: null, playing: false, fitted: false,
};
// The service's clock as this browser reckons it: where it stood, when, and how fast it runs.
const clock = { at: 0, wall: 0, rate: 1 };
let theme = localStorage.getItem("forehear.theme") ?? (matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark");
let sounding = false, started = null, last = { sites: 0 };
// For tests and for those who look closely.
window.forehear = { state, chart, latencies: [] };

/** The operator's token comes after the address's #, is kept for this tab, and leaves the address bar. */
function takeToken() {
  const m = /token=([\w-]+)/.exec(location.hash);
  if (m) {
    sessionStorage.setItem("forehear.token", m[1]);
    history.replaceState(null, "", location.pathname);
  }
  return sessionStorage.getItem("forehear.token");
}

const operator = () => state.about?.face === "operator";
const nowS = () => (state.past ? state.past.time_s : clock.at + ((performance.now() - clock.wall) / 1000) * clock.rate);

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
    const sensors = operator() ? ask("/sensors.geojson") : null;
    chart.setLanguage(currentLanguage());
    started ??= begin();
    await places;
    await started;
    if (sensors) chart.setSensors(await sensors);
    if (!state.fitted) fitAll();
    state.fitted = true;
    drawAllSites();
    await pastRange();
  },
  frame(frame) {
    state.frame = frame;
    if (!state.past) chart.setTracks(frame.tracks);
    tellTime(frame.time_s);
  },
  sites(states) {
    state.siteStates = states;
    if (!state.past) drawAllSites();
  },
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
    state.alerts = [alert, ...state.alerts.filter((a) => a.number !== alert.number)].slice(0, 100);
    drawAllAlerts();
    const name = state.sites.get(alert.site)?.name ?? alert.site;
    $("news").textContent = `${name}: ${word(alert.state)}`;
    if (sounding && alert.state === "warning") beep();
  },
  acknowledged({ number, acknowledged_at_s }) {
    for (const a of state.alerts) if (a.number === number) a.acknowledged_at_s = acknowledged_at_s;
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
  const geojson = await ask("/sites.geojson");
  for (const f of geojson.features) state.sites.set(f.id, { ...f.properties, site: f.id, lon: f.geometry.coordinates[0], lat: f.geometry.coordinates[1] });
  drawAllSites();
  drawAllAlerts();
}

const padding = () => (innerWidth <= 700 ? { top: 30, left: 30, right: 60, bottom: innerHeight * 0.52 + 60 } : { top: 70, left: 390, right: 80, bottom: 80 });

function fitAll() {
  const points = [...state.sites.values()].flatMap((s) => s.polygon).concat(state.frame.tracks.map((t) => [t.lon, t.lat]));
  for (let k = 0; chart.sensorAt(k); k++) points.push(chart.sensorAt(k).geometry.coordinates);
  chart.fit(points, padding());
}

function siteList() {
  const states = new Map((state.past?.sites ?? state.siteStates).map((s) => [s.site, s]));
  return [...state.sites.values()].map((s) => ({ name: s.name, lon: s.lon, lat: s.lat, polygon: s.polygon, radius_m: s.radius_m, site: s.site, state: "clear", ...states.get(s.site) }));
}

function drawAllSites() {
  const now = nowS(), list = siteList();
  drawSites(list, now, state.picked?.site, (site) => pick({ site }, true));
  chart.setSites(list.map((s) => ({ ...s, label: timing(s, now) ? `${s.name}\n${timing(s, now)}` : s.name })));
}

function drawAllAlerts() {
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
  await fetch(`/alerts/${number}/acknowledge`, { method: "POST", headers: headers(state.token) });
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
  if (track) {
    const percent = (k) => `${word(k)} ${Math.round(100 * (track.kinds[k] ?? 0))} %`;
    drawDetail(track.id, `${word(track.status)} · ${word(track.corroborated ? "corroborated" : "not_corroborated")}`, [
      [word("kind"), ["piston", "jet", "other"].filter((k) => track.kinds[k] >= 0.05).map(percent).join(", ")],
      [word("speed"), `${Math.round(track.speed_mps)} ${word("mps")}`], [word("course"), `${Math.round(track.course_deg)}°`],
      [word("height"), `${Math.round(track.height_m / 10) * 10} ${word("m")}`], [word("uncertainty"), `±${Math.round(track.sigma_m)} ${word("m")}`],
      [word("age"), `${Math.round((nowS() - track.since_s) / 60)} ${word("min")}`],
      [word("tone"), track.tone_hz ? `${track.tone_hz.toFixed(1)} ${word("hz")}` : null],
      [word("delay"), track.heard_from ? `${Math.max(0, nowS() - track.heard_from[2]).toFixed(0)} ${word("s")}` : null],
      [word("heard_by"), track.heard_by?.length ? String(track.heard_by.length) : null],
    ], close);
    return;
  }
  const sensor = what?.sensor !== undefined && chart.sensorAt(what.sensor);
  if (sensor) {
    const p = sensor.properties;
    drawDetail(p.name, word(chart.codeName(what.sensor)), [
      [word("last"), p.last_s ? word("ago", { s: Math.max(0, Math.round(nowS() - p.last_s)) }) : null],
      [word("noise"), p.noise_db ? `${Math.round(p.noise_db)} ${word("db")}` : null],
    ], close);
    return;
  }
  hideDetail();
}

// --- time ----------------------------------------------------------------------------------------------
let range = null;

async function pastRange() {
  if (!operator()) return;
  const found = await ask("/history/range");
  if (found.first_s === null) return;
  range = found;
  $("time").hidden = false;
  $("slider").min = found.first_s;
  if (!state.past) {
    $("slider").max = Math.max(found.last_s, found.first_s + 1);
    $("slider").value = $("slider").max;
  }
  $("from").textContent = clockOf(found.first_s);
  drawShown();
}

function drawShown() {
  $("shown").textContent = state.past ? clockOf(state.past.time_s) : "";
  document.body.classList.toggle("past", state.past !== null);
  document.body.classList.toggle("playing", state.playing);
}

let asked = 0;
async function showPast(timeS) {
  const mine = ++asked;
  const frame = await ask(`/history/frame?time_s=${Math.max(timeS, range?.first_s ?? 0)}`).catch(() => null);
  if (mine !== asked || frame === null) return;
  state.past = frame;
  chart.setCorridors({});
  chart.setTracks(frame.tracks);
  drawAllSites();
  drawPicked();
  drawShown();
}

function toLive() {
  asked++;
  state.past = null;
  state.playing = false;
  $("slider").value = $("slider").max;
  chart.setTracks(state.frame.tracks);
  drawAllSites();
  drawShown();
}

function play() {
  state.playing = !state.playing;
  // From now, playing means from the beginning.
  if (state.playing && !state.past) $("slider").value = $("slider").min;
  drawShown();
}

// Ten times as fast as it was: an hour's raid in six minutes.
const PLAY_STEP_S = 5;
setInterval(async () => {
  if (!state.playing) return;
  const next = Number($("slider").value) + PLAY_STEP_S;
  if (next >= Number($("slider").max)) return toLive();
  $("slider").value = next;
  await showPast(next);
}, 500);
setInterval(() => pastRange().catch(() => {}), 5000);

// --- the steady hand -----------------------------------------------------------------------------------
setInterval(() => {
  if (!state.about) return;
  $("clock").textContent = clockOf(nowS());
  const late = state.status?.behind_s ?? 0;
  $("link").className = `link ${state.link}`;
  $("link").textContent = state.link === "connected" && late > 3 ? word("behind", { s: Math.round(late) }) : word(state.link === "refused" ? "lost" : state.link);
  const tracks = word("tracks")((state.past ?? state.frame).tracks.filter((t) => t.status === "confirmed").length);
  const s = state.status?.sensors;
  const all = s ? Object.values(s).reduce((a, b) => a + b, 0) : 0;
  $("summary").textContent = operator() && s ? word("summary", { tracks, hearing: s.hearing, sensors: all, rate: Math.round(state.status.reports_per_s) }) : word("summary_public", { tracks });
  drawAllSites();
  if (state.picked) drawPicked();
}, 500);

function drawWords() {
  document.documentElement.dataset.theme = theme;
  for (const e of document.querySelectorAll("[data-word]")) e.textContent = word(e.dataset.word);
  for (const id of ["theme", "sound", "fit", "help", "play"]) {
    $(id).title = `${word(id)} (${$(id).dataset.key})`;
    $(id).setAttribute("aria-label", word(id));
  }
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
  $("keys").replaceChildren(node("h2", {}, word("help")), node("dl", {}, ...word("keys").flatMap(([k, v]) => [node("dt", {}, node("kbd", {}, k)), node("dd", {}, v)])));
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
  m() { sounding = !sounding; $("sound").setAttribute("aria-pressed", String(sounding)); if (sounding) beep(); },
  f: fitAll, l: toLive, s: () => chart.show("sensors", !chart.isShown("sensors")), c: () => chart.show("corridors", !chart.isShown("corridors")),
  a() { const a = state.alerts.find((x) => !x.acknowledged_at_s && x.state === "warning") ?? state.alerts.find((x) => !x.acknowledged_at_s); if (a && operator()) acknowledge(a.number); },
  "?": () => ($("keys").open ? $("keys").close() : $("keys").showModal()),
  " ": () => range && play(),
  escape: () => { pick(null); $("keys").close(); },
  arrowdown: () => walk(1), arrowup: () => walk(-1), arrowright: () => stepTime(10), arrowleft: () => stepTime(-10),
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

function stepTime(by) {
  if (!range) return;
  $("slider").value = Number($("slider").value) + by;
  showPast(Number($("slider").value));
}

addEventListener("keydown", (e) => {
  const typing = e.target.matches?.("input[type=password]") || e.ctrlKey || e.metaKey || e.altKey;
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
$("live").onclick = toLive;
$("play").onclick = play;
$("keys").onclick = () => $("keys").close();
$("slider").oninput = () => { state.playing = false; showPast(Number($("slider").value)); };
$("handle").onclick = () => $("handle").setAttribute("aria-expanded", String(!$("panel").classList.toggle("folded")));
$("name").ondblclick = () => $("enter").showModal();
$("enter").onclose = () => {
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
    if (link === "refused") {
      sessionStorage.removeItem("forehear.token");
      $("enter").showModal();
    }
  },
);
