// The map: layers, and the records drawn into them. Decides nothing: states, kinds, corridors and times come as they are.

import * as maplibre from "./vendor/maplibre-gl.mjs";
import { groupsOf, merged } from "./groups.js";
import { icons } from "./icons.js";
import { bounds, collection, ellipse, feature } from "./shapes.js";
import { LAYERS, style } from "./style.js";

// Without this the library waits for a worker that never comes, silently.
maplibre.setWorkerUrl(new URL("./vendor/maplibre-gl-worker.mjs", import.meta.url).href);

const EMPTY = collection([]);
// Two sigmas of a two-dimensional normal hold 86 %.
const SIGMAS = 2;
const NAMES = ["never", "silent", "alive", "hearing", "broken"];
// How far the rings around what is picked are [km].
const RINGS_KM = [5, 10, 20, 40];
const SCALE = { en: { "ScaleControl.Meters": "m", "ScaleControl.Kilometers": "km" }, uk: { "ScaleControl.Meters": "м", "ScaleControl.Kilometers": "км" } };

let map, base, theme = "dark", language = "uk", about, ready, sensors = EMPTY, codes = [], shown = { sensors: true, corridors: true, hearing: true, rings: true };
// Between a style's going and the next one's coming there is nothing to draw into.
let styled = false;
let tracks = [], groups = [], rings = [], corridors = {}, sites = EMPTY, hearing = EMPTY, picked = null, sensorPlaces = new Map();

const scale = new maplibre.ScaleControl({ maxWidth: 110 });
const styleNow = () => style({ theme, language, base, about, sensors });

export async function start(container, hello, firstTheme) {
  theme = firstTheme;
  about = hello;
  base = await (await fetch("map/base.json")).json();
  map = new maplibre.Map({
    container, style: styleNow(), center: [31.5, 48.6], zoom: 5, minZoom: 2, maxZoom: 15, attributionControl: false,
    hash: "map", dragRotate: false, pitchWithRotate: false, touchPitch: false, fadeDuration: 0, locale: SCALE[language], canvasContextAttributes: { antialias: true },
  });
  map.touchZoomRotate.disableRotation();
  map.addControl(scale, "bottom-right");
  const credit = "Natural Earth · GeoNames (CC BY 4.0)" + (about.attribution ? ` · ${about.attribution}` : "");
  map.addControl(new maplibre.AttributionControl({ compact: true, customAttribution: credit }), "bottom-right");
  // Not "load": that waits until nothing is under way any more, and tracks that come ten times a second always are.
  ready = new Promise((go) => map.once("style.load", go));
  map.once("style.load", () => document.querySelector(".maplibregl-ctrl-attrib")?.classList.remove("maplibregl-compact-show"));
  map.on("style.load", () => { icons(map); styled = true; redraw(); });
  await ready;
  return map;
}

export function setTheme(next) {
  theme = next;
  styled = false;
  map?.setStyle(styleNow(), { diff: false });
}

export function setLanguage(next) {
  language = next;
  if (!styled) return;
  map.setLayoutProperty("towns", "text-field", ["get", language]);
  // The scale reads its units when it is put up.
  Object.assign(map._locale, SCALE[language]);
  map.removeControl(scale).addControl(scale, "bottom-right");
  drawTracks();
}

function redraw() {
  map.getSource("sensors").setData(sensors);
  codes.forEach((code, id) => code !== undefined && map.setFeatureState({ source: "sensors", id }, { code }));
  drawTracks();
  drawCorridors();
  drawSites();
  map.getSource("hearing").setData(hearing);
  for (const what of Object.keys(LAYERS)) show(what, shown[what]);
}

const loaded = () => styled;

export function setSensors(geojson) {
  sensors = { ...geojson, features: geojson.features.map((f) => ({ ...f, id: f.properties.index, properties: { ...f.properties, name: f.properties.name ?? f.id, sensor: f.id } })) };
  sensorPlaces = new Map(sensors.features.map((f) => [f.properties.sensor, f.geometry.coordinates]));
  if (loaded()) redraw();
}

export function setCodes(changes) {
  for (const [id, code] of changes) {
    codes[id] = code;
    if (loaded()) map.setFeatureState({ source: "sensors", id }, { code });
  }
}

export const codeName = (id) => NAMES[codes[id] ?? 0];

// Where each track was lately: a place every few seconds, five minutes of them.
const TRAIL_EVERY_S = 5, TRAIL_S = 300;
const trails = new Map();

function remember(timeS) {
  for (const t of tracks) {
    const trail = trails.get(t.id) ?? [];
    if (trail.length && timeS < trail[trail.length - 1][0]) trail.length = 0;
    if (!trail.length || timeS - trail[trail.length - 1][0] >= TRAIL_EVERY_S) trail.push([timeS, t.lon, t.lat]);
    while (trail.length && timeS - trail[0][0] > TRAIL_S) trail.shift();
    trails.set(t.id, trail);
  }
  for (const [id, trail] of trails) if (!trail.length || timeS - trail[trail.length - 1][0] > TRAIL_S || timeS < trail[trail.length - 1][0]) trails.delete(id);
}

let grouped = -1;

/** Draw these tracks, and where they were up to a moment. */
export function setTracks(next, timeS) {
  tracks = next;
  // Columns change slowly: once a second will do.
  if (!(Math.abs((timeS ?? 0) - grouped) < 1)) {
    groups = groupsOf(tracks);
    grouped = timeS ?? 0;
  }
  if (timeS) remember(timeS);
  if (loaded()) drawTracks();
}

/** Where one hears: cells of like odds in a row are one shape. */
export function setHearing(h) {
  const cells = [], rows = h.odds.length / h.columns, bucket = (k) => Math.round(h.odds[k] / 20) / 5;
  for (let r = 0; r < rows; r++) for (let c = 0; c < h.columns;) {
    const odds = bucket(r * h.columns + c);
    let end = c + 1;
    while (end < h.columns && bucket(r * h.columns + end) === odds) end++;
    const [w, e, s, n] = [h.west_deg + c * h.step_lon_deg, h.west_deg + end * h.step_lon_deg, h.south_deg + r * h.step_lat_deg, h.south_deg + (r + 1) * h.step_lat_deg];
    if (odds > 0) cells.push(feature("Polygon", [[[w, s], [e, s], [e, n], [w, n], [w, s]]], { odds }));
    c = end;
  }
  hearing = collection(cells);
  if (loaded()) map.getSource("hearing").setData(hearing);
}

export function setCorridors(next) {
  corridors = next;
  groups = groupsOf(tracks);
  if (loaded()) drawCorridors();
}

/** One corridor a group; they come once a second, as this is drawn. */
function drawCorridors() {
  const live = new Map(tracks.map((t) => [t.id, t]));
  map.getSource("corridors").setData(collection(merged(groups, corridors, live).map(([ring, t]) => feature("Polygon", [ring], { kind: t.kind }))));
}

function drawTracks() {
  const live = new Map(tracks.map((t) => [t.id, t])), columns = groups.filter((g) => g.length > 2 && g.every((id) => live.has(id)));
  const inColumn = new Set(columns.flat());
  const own = (t) => ({ id: t.id, kind: t.kind, status: t.status, grouped: inColumn.has(t.id) });
  const at = (t) => [t.lon, t.lat];
  map.getSource("tracks").setData(collection(tracks.map((t) => feature("Point", at(t), { ...own(t), course: t.course_deg, label: `${t.id} · ${Math.round(t.speed_mps)}` }))));
  map.getSource("trails").setData(collection(tracks.filter((t) => trails.get(t.id)?.length > 1).map((t) => feature("LineString", [...trails.get(t.id).map((p) => [p[1], p[2]]), at(t)], own(t)))));
  map.getSource("ellipses").setData(collection(tracks.filter((t) => t.ellipse).map((t) => feature("Polygon", [ellipse(at(t), t.ellipse, SIGMAS)], own(t)))));
  const heard = tracks.filter((t) => t.heard_from && t.status === "confirmed");
  map.getSource("heard").setData(collection(heard.flatMap((t) => {
    const from = t.heard_from.slice(0, 2);
    return [feature("LineString", [from, at(t)], own(t)), feature("Point", from, own(t))];
  })));
  map.getSource("groups").setData(collection(columns.flatMap((ids) => {
    const of = ids.map((id) => live.get(id)), first = of[0];
    return [feature("LineString", of.map(at), own(first)), feature("Point", at(first), { ...own(first), label: labelOf(of) })];
  })));
  const one = picked?.track ? live.get(picked.track) : undefined;
  map.setFilter("track-ring", ["==", ["get", "id"], one ? one.id : ""]);
  const places = (one?.heard_by ?? []).map((s) => sensorPlaces.get(s)).filter(Boolean);
  drawRings();
  map.getSource("rays").setData(collection(places.map((p) => feature("LineString", [p.slice(0, 2), one.heard_from ? one.heard_from.slice(0, 2) : at(one)]))));
}

let labelOf = (of) => `${of.length}×`;

/** Have columns labelled by a function of their tracks. */
export function setLabels(of) {
  labelOf = of;
}

/** Draw how far it is around what is picked. */
function drawRings() {
  const t = picked?.track && tracks.find((one) => one.id === picked.track);
  const at = t ? [t.lon, t.lat] : picked?.at;
  rings = at ? RINGS_KM.flatMap((km) => {
    const ring = ellipse(at, [1000 * km, 1000 * km, 0], 1);
    return [feature("LineString", ring), feature("Point", ring[0], { label: `${km} ${SCALE[language]["ScaleControl.Kilometers"]}` })];
  }) : [];
  map.getSource("rings").setData(collection(rings));
}

export const ringsNow = () => rings;

export function setSites(list) {
  sites = collection(list.flatMap((s) => [
    feature("MultiPolygon", s.polygons.map((ring) => [ring]), { site: s.site, state: s.state }),
    feature("Point", [s.lon, s.lat], { site: s.site, state: s.state, label: s.label }),
  ]));
  if (loaded()) drawSites();
}

function drawSites() {
  map.getSource("sites").setData(sites);
}

export function show(what, on) {
  shown[what] = on;
  for (const id of LAYERS[what]) if (map.getLayer(id)) map.setLayoutProperty(id, "visibility", on ? "visible" : "none");
}

export const isShown = (what) => shown[what];

export function pick(what) {
  picked = what;
  if (loaded()) drawTracks();
}

export function fit(points, padding) {
  if (points.length > 0) map.fitBounds(bounds(points), { padding, maxZoom: 10.5, duration: calm() ? 0 : 700 });
}

export function flyTo(lon, lat, zoom, padding) {
  map.easeTo({ center: [lon, lat], zoom: Math.max(map.getZoom(), zoom), padding, duration: calm() ? 0 : 700 });
}

const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

/** Call on({track | sensor | site}) for what lies under a click; null for nothing. */
export function onPick(on) {
  map.on("click", (e) => {
    const box = [[e.point.x - 9, e.point.y - 9], [e.point.x + 9, e.point.y + 9]];
    const found = map.queryRenderedFeatures(box, { layers: ["track", "sensor-far", "site-fill"].filter((l) => map.getLayer(l)) });
    const of = (id) => found.find((f) => f.layer.id === id);
    const track = of("track"), sensor = of("sensor-far"), site = of("site-fill");
    if (track) on({ track: track.properties.id });
    else if (sensor) on({ sensor: sensor.properties.index });
    else if (site) on({ site: site.properties.site });
    else on(null);
  });
  for (const id of ["track", "sensor-far"]) {
    map.on("mouseenter", id, () => (map.getCanvas().style.cursor = "pointer"));
    map.on("mouseleave", id, () => (map.getCanvas().style.cursor = ""));
  }
}

export const sensorAt = (index) => sensors.features[index];

/** Where on the screen a track is; and whether the map is drawn. For tests and for those who look closely. */
export const project = (t) => map.project([t.lon, t.lat]);

export const styledNow = () => styled;
