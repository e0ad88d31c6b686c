// Small geometry on the sphere's tangent plane: ellipses and lines for drawing, nothing that anything rests on.

const M_PER_DEG = 111195;

export function offset([lon, lat], east, north) {
  return [lon + east / (M_PER_DEG * Math.cos((lat * Math.PI) / 180)), lat + north / M_PER_DEG];
}

/** A closed ring: an ellipse of given sigmas. `axis` clockwise from north. */
export function ellipse(center, [major, minor, axis], sigmas) {
  const a = (axis * Math.PI) / 180, ring = [];
  for (let k = 0; k <= 36; k++) {
    const t = (k / 36) * 2 * Math.PI;
    const u = sigmas * major * Math.cos(t), v = sigmas * minor * Math.sin(t);
    ring.push(offset(center, u * Math.sin(a) + v * Math.cos(a), u * Math.cos(a) - v * Math.sin(a)));
  }
  return ring;
}

export const feature = (type, coordinates, properties = {}, id = undefined) =>
  ({ type: "Feature", id, geometry: { type, coordinates }, properties });

export const collection = (features) => ({ type: "FeatureCollection", features });

export function bounds(points) {
  const lon = points.map((p) => p[0]), lat = points.map((p) => p[1]);
  return [[Math.min(...lon), Math.min(...lat)], [Math.max(...lon), Math.max(...lat)]];
}
