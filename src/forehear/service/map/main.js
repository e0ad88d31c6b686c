// Brings it together: events in, records kept, map and panel drawn. One place for state (state.js), no framework.

import { askForToken, bindControls, currentTheme, drawWords } from "./controls.js";
import { follow } from "./live.js";
import * as chart from "./map.js";
import { $, drawAlerts, drawDetail, drawSites, hideDetail, sensorDetail, timing, trackDetail } from "./panel.js";
import { timeline } from "./past.js";
import { acknowledge, takeBack } from "./seen.js";
import { soundFor } from "./sound.js";
import { ask, noteTime, nowS, operator, setClock, siteList, state, takeFrame } from "./state.js";
import { drawLink, steady } from "./steady.js";
import { currentLanguage, ofColumn, setLanguage, setZone, word } from "./words.js";

// So many places are searched, not looked through.
const SEARCHED_FROM = 12;
// A sensor's card is asked for anew so often [ms].
const SENSOR_EVERY_MS = 1500;
let started = null;
// For tests and for those who look closely.
window.forehear = { state, chart, latencies: [] };

const shared = /map=[\d.]/.test(location.hash);

const ON = {
  async hello(about) {
    state.about = about;
    setZone(about.time_zone);
    setClock(about.time_s);
    const places = loadSites(), sensors = operator() ? ask("sensors.geojson") : null;
    chart.setLanguage(currentLanguage());
    chart.setLabels(ofColumn);
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
    takeFrame(frame);
    $("loading").hidden = true;
    if (!state.past) chart.setTracks(frame.tracks, frame.time_s);
    noteTime(frame.time_s);
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
    noteTime(status.time_s);
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
    soundFor(alert);
  },
  acknowledged({ number, acknowledged_at_s, acknowledged_by }) {
    for (const a of state.alerts ?? []) if (a.number === number && (a.acknowledged_at_s === null || acknowledged_at_s === null)) Object.assign(a, { acknowledged_at_s, acknowledged_by });
    drawAllAlerts();
  },
};

async function begin() {
  await chart.start("map", state.about, currentTheme());
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

function drawAllSites() {
  const now = nowS(), list = siteList();
  const sought = $("search").value.trim().toLowerCase();
  $("search").hidden = list.length < SEARCHED_FROM;
  drawSites(sought ? list.filter((s) => s.name.toLowerCase().includes(sought)) : list, now, state.picked?.site, (site) => pick({ site }, true));
  // A warning is told from a watch by more than its colour here, too.
  const named = (s) => (s.state === "warning" ? `▲ ${s.name}` : s.name);
  chart.setSites(list.map((s) => ({ ...s, label: timing(s, now) ? `${named(s)}\n${timing(s, now)}` : named(s) })));
}

function drawAllAlerts() {
  // "No alerts" is a statement: not before the service has made it.
  if (state.alerts === null) return;
  // An update of what was said already is the same matter: one line for each state of each alert, the newest.
  const matters = new Map();
  for (const a of state.alerts) {
    const key = `${a.alert} ${a.state}`, first = matters.get(key) ?? { ...a, seen: [] };
    matters.set(key, first);
    if (!a.acknowledged_at_s) continue;
    first.seen.push(a.number);
    if (!first.acknowledged_at_s) Object.assign(first, { acknowledged_at_s: a.acknowledged_at_s, acknowledged_by: a.acknowledged_by });
  }
  const names = new Map([...state.sites.values()].map((s) => [s.site, s.name]));
  drawAlerts([...matters.values()], names, operator(), { acknowledge, takeBack, pick: (site) => pick({ site }, true) });
}

function pick(what, go = false) {
  state.picked = what;
  state.sensor = null;
  const site = what?.site ? state.sites.get(what.site) : null, sensor = what?.sensor !== undefined && chart.sensorAt(what.sensor);
  chart.pick(what && { ...what, at: site ? [site.lon, site.lat] : sensor ? sensor.geometry.coordinates : null });
  if (sensor) askForSensor();
  drawPicked();
  drawAllSites();
  if (go && site) chart.flyTo(site.lon, site.lat, 9, padding());
}

/** The sensor's card lives: it is asked for again while it is open. */
async function askForSensor() {
  const number = state.picked?.sensor, sensor = number !== undefined && chart.sensorAt(number);
  if (!sensor) return;
  const found = await ask(`sensors/${encodeURIComponent(sensor.properties.sensor)}`).catch(() => null);
  if (state.picked?.sensor !== number) return;
  state.sensor = found ?? state.sensor;
  drawPicked();
}

function drawPicked() {
  const what = state.picked, close = () => pick(null);
  const track = what?.track && (state.past?.tracks ?? state.frame.tracks).find((t) => t.id === what.track);
  const sensor = what?.sensor !== undefined && chart.sensorAt(what.sensor);
  if (track) return drawDetail(...trackDetail(track, nowS()), close);
  if (sensor) return drawDetail(...sensorDetail({ ...sensor.properties, ...state.sensor, name: sensor.properties.name }, chart.codeName(what.sensor), nowS()), close);
  hideDetail();
}

function redraw() {
  drawAllSites();
  if (state.picked) drawPicked();
}

const past = timeline(state, operator, ask, () => { drawAllSites(); drawPicked(); });
bindControls({ chart, past, pick, fitAll, redraw: () => { drawAllSites(); drawAllAlerts(); drawPicked(); } });
setInterval(() => steady(redraw), 500);
setInterval(() => state.picked?.sensor !== undefined && askForSensor(), SENSOR_EVERY_MS);
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
    if (link === "refused") askForToken();
  },
);
