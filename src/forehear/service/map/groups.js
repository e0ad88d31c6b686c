// Columns: targets of one kind that fly one way, near each other. Only how they are drawn; warnings count for themselves.

// As near as this to another of them [m], and as like in course [deg]: drones of a column fly 2 to 6 km apart.
const NEAR_M = 8000, ALIKE_DEG = 30;
const M_PER_DEG = 111195;

/** Give groups of confirmed tracks, each a list of names, the foremost first; who flies alone is a group of one. */
export function groupsOf(tracks) {
  const some = tracks.filter((t) => t.status === "confirmed"), parent = some.map((_, k) => k);
  const root = (k) => (parent[k] === k ? k : (parent[k] = root(parent[k])));
  for (let i = 0; i < some.length; i++) for (let j = i + 1; j < some.length; j++) {
    if (some[i].kind === some[j].kind && turn(some[i].course_deg, some[j].course_deg) <= ALIKE_DEG && apart(some[i], some[j]) <= NEAR_M) parent[root(i)] = root(j);
  }
  const groups = new Map();
  some.forEach((t, k) => groups.set(root(k), [...(groups.get(root(k)) ?? []), t]));
  return [...groups.values()].map((of) => inOrder(of).map((t) => t.id));
}

const turn = (a, b) => Math.abs(((a - b + 540) % 360) - 180);

function apart(a, b) {
  const north = (a.lat - b.lat) * M_PER_DEG, east = (a.lon - b.lon) * M_PER_DEG * Math.cos((a.lat * Math.PI) / 180);
  return Math.hypot(east, north);
}

/** Sort by how far each is along their common course. */
function inOrder(of) {
  const radians = of.map((t) => (t.course_deg * Math.PI) / 180);
  const east = radians.reduce((n, r) => n + Math.sin(r), 0), north = radians.reduce((n, r) => n + Math.cos(r), 0);
  const along = (t) => t.lon * Math.cos((t.lat * Math.PI) / 180) * east + t.lat * north;
  return [...of].sort((a, b) => along(b) - along(a));
}

/** Give one corridor for each group: [ring, a track of it]. The hull of theirs, where several have one. */
export function merged(groups, corridors, live) {
  const out = [], done = new Set();
  for (const ids of groups) {
    const of = ids.filter((id) => corridors[id] && live.has(id));
    of.forEach((id) => done.add(id));
    if (of.length) out.push([of.length > 1 ? hull(of.flatMap((id) => corridors[id])) : corridors[of[0]], live.get(of[0])]);
  }
  for (const [id, ring] of Object.entries(corridors)) if (!done.has(id) && live.has(id)) out.push([ring, live.get(id)]);
  return out;
}

/** The convex hull of points, a closed ring (Andrew 1979, 10.1016/0020-0190(79)90072-3). */
export function hull(points) {
  const sorted = [...points].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const left = (o, a, b) => (a[0] - o[0]) * (b[1] - o[1]) - (a[1] - o[1]) * (b[0] - o[0]) > 0;
  const chain = (of) => of.reduce((kept, p) => {
    while (kept.length > 1 && !left(kept[kept.length - 2], kept[kept.length - 1], p)) kept.pop();
    kept.push(p);
    return kept;
  }, []);
  const low = chain(sorted), high = chain(sorted.reverse());
  return [...low.slice(0, -1), ...high];
}
