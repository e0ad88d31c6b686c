// The map: layers, and the records drawn into them. Decides nothing: states, kinds, corridors and times come as they are.

import * as maplibre from "./vendor/maplibre-gl.mjs";
import { PALETTE } from "./palette.js";
import { bounds, collection, ellipse, feature } from "./shapes.js";

// Without this the library waits for a worker that never comes, silently.
maplibre.setWorkerUrl(new URL("./vendor/maplibre-gl-worker.mjs", import.meta.url).href);

const EMPTY = collection([]);
// Two sigmas of a two-dimensional normal hold 86 %.
const SIGMAS = 2;
const NAMES = ["never", "silent", "alive", "hearing", "broken"];
const SCALE = { uk: { "ScaleControl.Meters": "м", "ScaleControl.Kilometers": "км" } };
const FONT = ["Open Sans Regular"];

let map, base, theme = "dark", language = "uk", about, ready, sensors = EMPTY, codes = [], shown = { sensors: true, corridors: true, hearing: true };
// Between a style's going and the next one's coming there is nothing to draw into.
let styled = false;
let tracks = [], corridors = {}, sites = EMPTY, hearing = EMPTY, picked = null, sensorPlaces = new Map();

export async function start(container, hello, firstTheme) {
  theme = firstTheme;
  about = hello;
  base = await (await fetch("map/base.json")).json();
  map = new maplibre.Map({
    container, style: style(), center: [31.5, 48.6], zoom: 5, minZoom: 2, maxZoom: 15, attributionControl: false,
    hash: "map", dragRotate: false, pitchWithRotate: false, touchPitch: false, fadeDuration: 0, locale: SCALE[language], canvasContextAttributes: { antialias: true },
  });
  map.touchZoomRotate.disableRotation();
  map.addControl(new maplibre.ScaleControl({ maxWidth: 110 }), "bottom-right");
  const credit = "Natural Earth · GeoNames (CC BY 4.0)" + (about.attribution ? ` · ${about.attribution}` : "");
  map.addControl(new maplibre.AttributionControl({ compact: true, customAttribution: credit }), "bottom-right");
  // Not "load": that waits until nothing is under way any more, and tracks that come ten times a second always are.
  ready = new Promise((go) => map.once("style.load", go));
  map.once("style.load", () => document.querySelector(".maplibregl-ctrl-attrib")?.classList.remove("maplibregl-compact-show"));
  map.on("style.load", () => { icons(); styled = true; redraw(); });
  await ready;
  return map;
}

const layer = (id, type, source, paint, more = {}) => ({ id, type, source, paint, ...more });
// A circle must stay one: no simplifying of what is drawn as it comes.
const data = (d, more = {}) => ({ type: "geojson", data: d, ...more });
const exact = { tolerance: 0.05 };
const lines = (l) => feature("MultiLineString", l);
const state = (name, otherwise) => ["coalesce", ["feature-state", name], otherwise];

function style() {
  const c = PALETTE[theme], b = base.box;
  const byState = (key = "state") => ["match", ["get", key], "warning", c.warning, "watch", c.watch, "cancelled", c.cancelled, "not_covered", c.not_covered, c.clear];
  const byKind = ["match", ["get", "kind"], "piston", c.piston, "jet", c.jet, c.other];
  const box = [[[b[0], b[1]], [b[2], b[1]], [b[2], b[3]], [b[0], b[3]], [b[0], b[1]]]];
  const towns = base.towns.map(([uk, en, lon, lat, people], k) => feature("Point", [lon, lat], { uk, en, people, rank: k }));
  const code = state("code", 0);
  const sources = {
    world: data(collection(base.world.map((p) => feature("Polygon", p)))), box: data(feature("Polygon", box)),
    land: data(collection(base.land.map((p) => feature("Polygon", p)))), coast: data(lines(base.coast)),
    borders: data(lines(base.borders)), oblasts: data(lines(base.oblasts)), towns: data(collection(towns)),
    sensors: data(sensors), sites: data(EMPTY, exact), corridors: data(EMPTY, exact), ellipses: data(EMPTY, exact), heard: data(EMPTY),
    tracks: data(EMPTY), rays: data(EMPTY), hearing: data(EMPTY), trails: data(EMPTY),
  };
  const layers = [
    layer("water", "background", undefined, { "background-color": c.water }),
    layer("world", "fill", "world", { "fill-color": c.land }), layer("box", "fill", "box", { "fill-color": c.water }),
    layer("land", "fill", "land", { "fill-color": c.land, "fill-antialias": false }),
    layer("coast", "line", "coast", { "line-color": c.coast, "line-width": 0.8 }),
    layer("oblasts", "line", "oblasts", { "line-color": c.oblast, "line-width": 1 }),
    layer("borders", "line", "borders", { "line-color": c.border, "line-width": 1.4 }),
  ];
  if (about.tiles) {
    sources.tiles = { type: "raster", tiles: [about.tiles], tileSize: 256 };
    layers.push(layer("tiles", "raster", "tiles", theme === "dark" ? { "raster-brightness-max": 0.45, "raster-saturation": -0.6 } : {}));
  }
  layers.push(
    layer("hearing", "fill", "hearing", { "fill-color": c.hearing, "fill-opacity": ["*", 0.11, ["get", "odds"]], "fill-antialias": false }),
    layer("towns", "symbol", "towns", { "text-color": c.town, "text-halo-color": c.halo, "text-halo-width": 1.2 }, {
      layout: {
        "text-field": ["get", language], "text-font": FONT, "symbol-sort-key": ["get", "rank"], "text-padding": 6,
        "text-size": ["interpolate", ["linear"], ["zoom"], 5, 10.5, 10, 13],
      },
      filter: ["any", [">=", ["get", "people"], ["step", ["zoom"], 700000, 6, 200000, 7, 60000, 8, 20000, 9, 8000, 10.5, 0]], false],
    }),
    layer("site-fill", "fill", "sites", { "fill-color": byState(), "fill-opacity": ["match", ["get", "state"], "warning", 0.24, "watch", 0.14, 0.06] }, { filter: ["==", ["geometry-type"], "Polygon"] }),
    layer("site-line", "line", "sites", { "line-color": byState(), "line-width": ["match", ["get", "state"], "warning", 3.2, "watch", 2, 1.2] }, { filter: ["all", ["==", ["geometry-type"], "Polygon"], ["match", ["get", "state"], ["watch", "not_covered"], false, true]] }),
    // Told apart by the line, too: a warning's is broad, a watch's dashed, one not covered's dotted.
    layer("site-watch", "line", "sites", { "line-color": byState(), "line-width": 2.2, "line-dasharray": [4, 2] }, { filter: ["all", ["==", ["geometry-type"], "Polygon"], ["==", ["get", "state"], "watch"]] }),
    layer("site-dark", "line", "sites", { "line-color": byState(), "line-width": 2, "line-dasharray": [0.6, 1.8] }, { filter: ["all", ["==", ["geometry-type"], "Polygon"], ["==", ["get", "state"], "not_covered"]] }),
    layer("corridor", "fill", "corridors", { "fill-color": byKind, "fill-opacity": 0.085 }),
    layer("sensor-far", "circle", "sensors", {
      "circle-radius": ["interpolate", ["linear"], ["zoom"], 5, ["match", code, 3, 1.8, 0.8], 8, ["match", code, 3, 3.2, 4, 2.6, 1.7], 11, ["match", code, 3, 6, 4, 5, 4]],
      "circle-color": ["match", code, 2, c.alive, 3, c.hearing, 4, c.broken, c.land],
      "circle-stroke-color": ["match", code, 3, c.hearing, 4, c.broken, c.silent],
      "circle-stroke-width": ["match", code, 0, 0.8, 1, 1, 3, 3.5, 0], "circle-stroke-opacity": ["match", code, 3, 0.25, 0.9],
      "circle-opacity": ["match", code, 1, 0, 1],
    }),
    layer("trail", "line", "trails", { "line-color": byKind, "line-width": 1.4, "line-opacity": 0.45 }, { layout: { "line-cap": "round", "line-join": "round" } }),
    layer("rays", "line", "rays", { "line-color": c.hearing, "line-width": 1.2, "line-opacity": 0.75, "line-dasharray": [1, 2] }),
    layer("ellipse", "fill", "ellipses", { "fill-color": byKind, "fill-opacity": ["match", ["get", "status"], "confirmed", 0.2, 0.06] }),
    layer("ellipse-line", "line", "ellipses", { "line-color": byKind, "line-width": 1.1, "line-opacity": ["match", ["get", "status"], "confirmed", 0.85, 0.4] }),
    layer("heard-line", "line", "heard", { "line-color": c.from, "line-width": 1.3, "line-dasharray": [2, 1.6], "line-opacity": 0.9 }, { filter: ["==", ["geometry-type"], "LineString"], minzoom: 7.5 }),
    layer("heard-point", "circle", "heard", { "circle-radius": 3.4, "circle-color": "transparent", "circle-stroke-color": c.from, "circle-stroke-width": 1.6 }, { filter: ["==", ["geometry-type"], "Point"], minzoom: 7.5 }),
    layer("site-name", "symbol", "sites", { "text-color": ["match", ["get", "state"], "clear", c.text, byState()], "text-halo-color": c.halo, "text-halo-width": 1.8 }, {
      layout: { "text-field": ["get", "label"], "text-font": FONT, "text-size": ["match", ["get", "state"], "warning", 15, "watch", 14, 12.5], "text-padding": 2, "text-variable-anchor": ["center", "top", "bottom"], "text-radial-offset": 0.6, "symbol-sort-key": ["match", ["get", "state"], "warning", 0, "watch", 1, "not_covered", 2, 3] },
      filter: ["==", ["geometry-type"], "Point"],
    }),
    layer("track-ring", "circle", "tracks", { "circle-radius": 17, "circle-color": "transparent", "circle-stroke-color": c.text, "circle-stroke-width": 1.6 }, { filter: ["==", ["get", "id"], ""] }),
    layer("track", "symbol", "tracks", { "icon-color": byKind, "icon-halo-color": c.line, "icon-halo-width": 1.4, "icon-opacity": ["match", ["get", "status"], "confirmed", 1, 0.55], "text-color": c.text, "text-halo-color": c.halo, "text-halo-width": 1.6 }, {
      layout: {
        "icon-image": ["match", ["get", "status"], "confirmed", ["match", ["get", "kind"], "jet", "jet", "piston", "piston", "other"], "tentative"],
        "icon-rotate": ["get", "course"], "icon-rotation-alignment": "map", "icon-allow-overlap": true, "icon-ignore-placement": true,
        "icon-size": ["interpolate", ["linear"], ["zoom"], 5, 0.42, 8, 0.62, 11, 0.85],
        "text-field": ["step", ["zoom"], "", 7.6, ["get", "label"]], "text-font": FONT, "text-size": 11.5, "text-offset": [0, 1.5], "text-anchor": "top", "text-optional": true,
      },
    }),
  );
  return { version: 8, sources, layers };
}

/** Draw the arrows once as images whose colour the layer gives (signed distance fields). */
function icons() {
  const size = 64;
  const draw = (name, path) => {
    const canvas = new OffscreenCanvas(size, size), g = canvas.getContext("2d");
    g.lineJoin = "round";
    path(g);
    const pixels = g.getImageData(0, 0, size, size);
    // The library reads the alpha channel as a distance: 0.75 is the edge. A soft disc of blur makes one.
    const alpha = new Float32Array(size * size);
    for (let i = 0; i < size * size; i++) alpha[i] = pixels.data[4 * i + 3] / 255;
    const R = 8;
    for (let y = 0; y < size; y++) for (let x = 0; x < size; x++) {
      let near = R;
      const inside = alpha[y * size + x] > 0.5;
      for (let v = -R; v <= R; v++) for (let u = -R; u <= R; u++) {
        const a = x + u, b = y + v;
        const other = a >= 0 && b >= 0 && a < size && b < size ? alpha[b * size + a] > 0.5 : false;
        if (other !== inside) near = Math.min(near, Math.hypot(u, v));
      }
      const signed = inside ? near - 0.5 : 0.5 - near;
      pixels.data[4 * (y * size + x) + 3] = Math.max(0, Math.min(255, Math.round(255 * (0.75 + signed / 8))));
    }
    if (!map.hasImage(name)) map.addImage(name, pixels, { sdf: true, pixelRatio: 1.4 });
  };
  const fill = (points) => (g) => { g.beginPath(); points.forEach(([x, y], k) => (k ? g.lineTo(x, y) : g.moveTo(x, y))); g.closePath(); g.fill(); };
  // A delta wing with a notch flies by propeller; a slender dart by jet; a drop is anything else.
  draw("piston", fill([[32, 8], [53, 52], [32, 43], [11, 52]]));
  draw("jet", (g) => { fill([[32, 4], [43, 34], [32, 29], [21, 34]])(g); fill([[32, 30], [47, 60], [32, 52], [17, 60]])(g); });
  draw("other", fill([[32, 10], [48, 34], [40, 52], [24, 52], [16, 34]]));
  draw("tentative", (g) => { g.lineWidth = 6; g.beginPath(); g.moveTo(32, 12); g.lineTo(49, 50); g.lineTo(32, 42); g.lineTo(15, 50); g.closePath(); g.stroke(); });
}

export function setTheme(next) {
  theme = next;
  styled = false;
  map?.setStyle(style(), { diff: false });
}

export function setLanguage(next) {
  language = next;
  if (styled) map.setLayoutProperty("towns", "text-field", ["get", language]);
}

function redraw() {
  map.getSource("sensors").setData(sensors);
  codes.forEach((code, id) => code !== undefined && map.setFeatureState({ source: "sensors", id }, { code }));
  drawTracks();
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

/** Draw these tracks, and where they were up to a moment. */
export function setTracks(next, timeS) {
  tracks = next;
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
}

function drawTracks() {
  const own = (t) => ({ id: t.id, kind: t.kind, status: t.status });
  const at = (t) => [t.lon, t.lat];
  map.getSource("tracks").setData(collection(tracks.map((t) => feature("Point", at(t), { ...own(t), course: t.course_deg, label: `${t.id} · ${Math.round(t.speed_mps)}` }))));
  map.getSource("trails").setData(collection(tracks.filter((t) => trails.get(t.id)?.length > 1).map((t) => feature("LineString", [...trails.get(t.id).map((p) => [p[1], p[2]]), at(t)], own(t)))));
  map.getSource("ellipses").setData(collection(tracks.filter((t) => t.ellipse).map((t) => feature("Polygon", [ellipse(at(t), t.ellipse, SIGMAS)], own(t)))));
  const heard = tracks.filter((t) => t.heard_from && t.status === "confirmed");
  map.getSource("heard").setData(collection(heard.flatMap((t) => {
    const from = t.heard_from.slice(0, 2);
    return [feature("LineString", [from, at(t)], own(t)), feature("Point", from, own(t))];
  })));
  const live = new Map(tracks.map((t) => [t.id, t]));
  map.getSource("corridors").setData(collection(Object.entries(corridors).filter(([id]) => live.has(id)).map(([id, ring]) => feature("Polygon", [ring], own(live.get(id))))));
  const one = picked?.track ? live.get(picked.track) : undefined;
  map.setFilter("track-ring", ["==", ["get", "id"], one ? one.id : ""]);
  const places = (one?.heard_by ?? []).map((s) => sensorPlaces.get(s)).filter(Boolean);
  map.getSource("rays").setData(collection(places.map((p) => feature("LineString", [p.slice(0, 2), one.heard_from ? one.heard_from.slice(0, 2) : at(one)]))));
}

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

const LAYERS = { sensors: ["sensor-far"], corridors: ["corridor"], hearing: ["hearing"] };

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
