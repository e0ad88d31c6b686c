// The signs of targets, drawn once as images whose colour the layer gives (signed distance fields).

export function icons(map) {
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
