// How the map looks: its sources and layers, bottom to top. The last is placed first: places to warn before everything.

import { PALETTE } from "./palette.js";
import { collection, feature } from "./shapes.js";

const EMPTY = collection([]);
const FONT = ["Open Sans Regular"];
// From this zoom on a column is drawn as its drones; below, as one.
export const APART_ZOOM = 8.5;
export const LAYERS = { sensors: ["sensor-far"], corridors: ["corridor", "corridor-line"], hearing: ["hearing"], rings: ["ring", "ring-label"] };

const layer = (id, type, source, paint, more = {}) => ({ id, type, source, paint, ...more });
// A circle must stay one: no simplifying of what is drawn as it comes.
const data = (d, more = {}) => ({ type: "geojson", data: d, ...more });
const exact = { tolerance: 0.05 };
const lines = (l) => feature("MultiLineString", l);
const state = (name, otherwise) => ["coalesce", ["feature-state", name], otherwise];

/** Give MapLibre's style for a theme and language; `base` is the land, `about` what the service says of itself. */
export function style({ theme, language, base, about, sensors }) {
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
    tracks: data(EMPTY), rays: data(EMPTY), hearing: data(EMPTY), trails: data(EMPTY), groups: data(EMPTY), rings: data(EMPTY, exact),
  };
  const name = (id, which, more) => layer(id, "symbol", "sites", { "text-color": ["match", ["get", "state"], "clear", c.text, byState()], "text-halo-color": c.halo, "text-halo-width": 2 }, {
    layout: {
      "text-field": ["get", "label"], "text-font": FONT, "text-size": ["interpolate", ["linear"], ["zoom"], 6, ["match", ["get", "state"], "warning", 12.5, "watch", 11.5, 10.5], 8, ["match", ["get", "state"], "warning", 15.5, "watch", 14, 12.5]],
      "text-variable-anchor": ["center", "top", "bottom", "left", "right", "top-left", "top-right", "bottom-left", "bottom-right"], "text-radial-offset": 0.9, "text-justify": "auto",
      "symbol-sort-key": ["match", ["get", "state"], "warning", 0, "watch", 1, "not_covered", 2, 3], ...more,
    },
    filter: ["all", ["==", ["geometry-type"], "Point"], which],
  });
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
    layer("corridor-line", "line", "corridors", { "line-color": byKind, "line-width": 1, "line-opacity": 0.3 }),
    layer("ring", "line", "rings", { "line-color": c.text, "line-width": 1, "line-opacity": 0.45, "line-dasharray": [1, 3] }, { filter: ["==", ["geometry-type"], "LineString"] }),
    layer("ring-label", "symbol", "rings", { "text-color": c.text, "text-halo-color": c.halo, "text-halo-width": 1.6 }, {
      layout: { "text-field": ["get", "label"], "text-font": FONT, "text-size": 11, "text-allow-overlap": true, "text-ignore-placement": true },
      filter: ["==", ["geometry-type"], "Point"],
    }),
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
    // A column is one thing: a band through its drones, and how many.
    layer("group", "line", "groups", { "line-color": byKind, "line-width": ["interpolate", ["linear"], ["zoom"], 5, 9, 8.5, 20], "line-opacity": 0.22 }, { layout: { "line-cap": "round", "line-join": "round" }, maxzoom: APART_ZOOM, filter: ["==", ["geometry-type"], "LineString"] }),
    layer("track-ring", "circle", "tracks", { "circle-radius": 17, "circle-color": "transparent", "circle-stroke-color": c.text, "circle-stroke-width": 1.6 }, { filter: ["==", ["get", "id"], ""] }),
    layer("track", "symbol", "tracks", { "icon-color": byKind, "icon-halo-color": c.line, "icon-halo-width": 1.4, "icon-opacity": ["match", ["get", "status"], "confirmed", 1, 0.55], "text-color": c.text, "text-halo-color": c.halo, "text-halo-width": 1.6 }, {
      layout: {
        "icon-image": ["match", ["get", "status"], "confirmed", ["match", ["get", "kind"], "jet", "jet", "piston", "piston", "other"], "tentative"],
        "icon-rotate": ["get", "course"], "icon-rotation-alignment": "map", "icon-allow-overlap": true, "icon-ignore-placement": true,
        "icon-size": ["interpolate", ["linear"], ["zoom"], 5, ["case", ["get", "grouped"], 0.24, 0.42], 8.2, ["case", ["get", "grouped"], 0.44, 0.64], 9, 0.7, 11, 0.85],
        "text-field": ["step", ["zoom"], "", 7.6, ["case", ["get", "grouped"], "", ["get", "label"]], APART_ZOOM, ["get", "label"]], "text-font": FONT, "text-size": 11.5, "text-offset": [0, 1.5], "text-anchor": "top", "text-optional": true,
      },
    }),
    layer("group-label", "symbol", "groups", { "text-color": byKind, "text-halo-color": c.halo, "text-halo-width": 1.8 }, {
      layout: { "text-field": ["get", "label"], "text-font": FONT, "text-size": 13, "text-variable-anchor": ["left", "right", "top", "bottom"], "text-radial-offset": 1.1, "text-justify": "auto" },
      filter: ["==", ["geometry-type"], "Point"], maxzoom: APART_ZOOM,
    }),
    name("site-name", ["match", ["get", "state"], ["warning", "watch"], false, true], { "text-padding": 2 }),
    // A warned place keeps its name and countdown, whatever else is there.
    name("site-name-first", ["match", ["get", "state"], ["warning", "watch"], true, false], { "text-padding": 0, "text-allow-overlap": true }),
  );
  return { version: 8, sources, layers };
}
