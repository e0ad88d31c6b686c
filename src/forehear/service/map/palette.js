// Colours: told apart by all common kinds of colour vision (Okabe and Ito 2008, brightened for a dark ground), and
// never the only sign: states differ in shape, kinds in outline, sensors in size and fill.

export const PALETTE = {
  dark: {
    water: "#0b121b", land: "#141d29", oblast: "#243143", border: "#3d4e66", coast: "#2a3a4e", town: "#7f8ea3",
    halo: "#0f1722", alive: "#5a6f89", hearing: "#45c8f5", silent: "#5d6673", broken: "#f5b546",
    piston: "#ff6d5a", jet: "#c79bff", other: "#c3ccd8", from: "#45c8f5", corridor: "#ff8f7d",
    clear: "#7f93ab", watch: "#f5b546", warning: "#ff6d3a", cancelled: "#35c4a0", not_covered: "#b9a6d9", text: "#e8eef6", line: "#0b121b",
  },
  light: {
    water: "#dfe7ee", land: "#f6f5f1", oblast: "#d5d8da", border: "#9aa4af", coast: "#b5c3cf", town: "#66717e",
    halo: "#ffffff", alive: "#a9b4c0", hearing: "#0b7fb5", silent: "#b9bdc2", broken: "#b86e00",
    piston: "#c8321e", jet: "#7a3fc0", other: "#4a5563", from: "#0b7fb5", corridor: "#d0523d",
    clear: "#6b7d92", watch: "#8f5a00", warning: "#c83a00", cancelled: "#0b7d63", not_covered: "#6a5294", text: "#15202c", line: "#ffffff",
  },
};
