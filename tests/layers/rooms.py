"""The plan of the house: which room may import which. Data flows down this page and never back up.

This table is read by the layer test, which enforces it, and by the script that draws it for docs/architecture.md.
"""

from pathlib import Path

ROOT = Path(__file__).parents[2]
SRC = ROOT / "src" / "forehear"
BASE = {"records", "errors", "constants", "geodesy", "areas"}
# Each room may import the rooms named, and itself. `base` is the modules above. A sub-room is named with its room;
# what a room holds besides its sub-rooms stands under the name of the module, or of the room.
MAY_IMPORT: dict[str, set[str]] = {
    "base": set(),
    "compiled": set(),
    "air": {"base"},
    "listen.array": {"base", "air"},
    "listen.passes": {"base", "air"},
    "listen": {"base", "air", "listen.array"},
    "track.layout": {"base", "air"},
    "track.estimate": {"base", "air", "track.layout"},
    "track.memory": {"base", "air", "track.layout", "track.estimate"},
    "track.associate": {"base", "air", "track.layout", "track.estimate", "track.memory"},
    "track.initiate": {"base", "air", "track.layout", "track.estimate", "track.memory", "track.associate"},
    "track.lifecycle": {
        "base", "air", "track.layout", "track.estimate", "track.memory", "track.associate", "track.initiate",
    },
    "track": {
        "base", "air", "track.layout", "track.estimate", "track.memory", "track.associate", "track.initiate",
        "track.lifecycle",
    },
    "forecast": {"base", "air", "track"},
    "warn": {"base", "air", "forecast"},
    "score": {"base", "air", "forecast"},
    "simulate.scenario": {"base"},
    "simulate.world": {"base", "simulate.scenario"},
    "simulate.heard": {"base", "air", "simulate.scenario"},
    "simulate": {"base", "air", "simulate.scenario", "simulate.world", "simulate.heard"},
    "synthesise": {"base", "air", "simulate.scenario", "simulate.world", "simulate"},
    # The other world shares scenarios, ground, paths and the columns of reports with the first, and no law.
    "simulate.second": {"base", "air", "simulate.scenario", "simulate.world", "simulate.heard"},
    "plan": {"base", "air", "track", "forecast", "warn", "score", "simulate.scenario", "simulate"},
    "io": {"base"},
    "io.outlets": {"base", "io"},
    "assess.tables": {"base"},
    "assess.age": {"base"},
    "assess.romanising": {"base"},
    "assess.names": {"base", "assess.romanising"},
    "assess.sanctions": {"assess.tables", "assess.names"},
    "assess.launches": {"base", "assess.tables"},
    "assess.claims": {"base", "assess.tables", "assess.names", "assess.launches"},
    "assess.forecast": {"base", "assess.tables", "assess.launches", "assess.claims"},
    "assess.nights": {"base", "assess.forecast", "plan", "score", "simulate.scenario", "simulate"},
    "assess.grid": {"base", "assess.tables"},
    "assess.report": {
        "base", "plan", "simulate.scenario", "assess.age", "assess.tables", "assess.sanctions", "assess.launches",
        "assess.claims", "assess.forecast", "assess.grid",
    },
    "node": {"base", "air", "listen", "listen.array", "io"},
    "service.outlet_table": {"base", "io", "io.outlets"},
    "service.aircraft_table": {"io.outlets"},
    "service.config": {"base", "io", "warn", "service.outlet_table", "service.aircraft_table"},
    "service.aircraft": {"base", "io", "io.outlets", "service.aircraft_table"},
    "service.secret": set(),
    "service.store": {"base", "io", "service.secret"},
    "service.tracking": {
        "base", "air", "track", "track.lifecycle", "forecast", "warn", "io", "service.config", "service.store",
    },
    "service.intake": {"base", "io", "service.config", "service.store"},
    "service.show": {"base", "warn", "io", "service.config", "service.store", "service.tracking"},
    "service.timekeeper": set(),
    "service.keeping": {"base", "service.config", "service.intake", "service.store"},
    "service.hub": {
        "service.aircraft",
        "base", "io", "service.config", "service.secret", "service.store", "service.tracking", "service.intake",
        "service.show", "service.keeping", "service.timekeeper",
    },
    "service.upkeep": {"base", "io", "warn", "service.config", "service.store"},
    "service.outlets": {
        "base", "io", "io.outlets", "service.config", "service.secret", "service.store", "service.tracking",
        "service.show", "service.outlet_table", "service.hub",
    },
    "service.notify": set(),
    "service.watch": {"service.hub", "service.notify", "service.show"},
    "service.endpoints": {
        "base", "io", "io.outlets", "service.config", "service.intake", "service.show", "service.hub",
        "service.outlets", "service.watch",
    },
    "service.run": {
        "service.aircraft",
        "base", "io", "service.config", "service.store", "service.tracking", "service.intake", "service.show",
        "service.hub", "service.outlets", "service.watch", "service.notify", "service.endpoints",
    },
    "stage": {
        "base", "io", "track", "warn", "service.config", "service.hub", "service.run", "simulate.scenario",
        "simulate",
    },
}  # fmt: skip
# Compiled loops are of `compiled`, which keeps them on the disk, unseen by the room that has them.
WITH_LOOPS = ("air", "track", "forecast", "synthesise", "simulate", "io")
for _room, _needs in MAY_IMPORT.items():
    if _room.startswith(WITH_LOOPS):
        _needs.add("compiled")
# The command line may import everything: each verb only when it is called.
MAY_IMPORT["cli"] = set(MAY_IMPORT)
PURE = {"base", "air", "forecast", "warn"} | {room for room in MAY_IMPORT if room.startswith(("track", "listen"))}

# Beside the package: what measures it, learns for it and asks one question each. Each may use the whole package.
BESIDE: dict[str, set[str]] = {
    "tests": {"bench", "training", "tests"},
    "bench.tables": set(),
    "bench.processes": set(),
    "bench.intervals": set(),
    "bench.tracking": {"bench.tables", "bench.processes", "bench.intervals"},
    "bench.listening": {"bench.tables", "bench.processes", "bench.intervals"},
    "bench.service": {"bench.tables", "bench.processes", "bench.intervals"},
    "bench.assess": {"bench.tables", "bench.intervals"},
    "bench.planning": {"bench.tables", "bench.intervals"},
    "bench.registry": {"bench.tables"},
    "bench.page": {"bench.tables", "bench.registry"},
    "bench": {
        "bench.registry", "bench.page", "bench.tables", "bench.processes", "bench.intervals", "bench.tracking",
        "bench.listening", "bench.service", "bench.assess", "bench.planning",
    },
    "training": {"bench.listening"},
    "design": {"bench.listening", "bench.tables", "training", "tests"},
}  # fmt: skip


def room_of(parts: tuple[str, ...]) -> str:
    """Give the room of a dotted name below `forehear`: the sub-room where the table has one."""
    if not parts or parts[0] in BASE:
        return "base"
    return next((name for name in (".".join(parts[:2]), parts[0]) if name in MAY_IMPORT), ".".join(parts[:2]))


def beside_of(parts: tuple[str, ...]) -> str:
    """Give the room of a dotted name outside the package."""
    return next((name for name in (".".join(parts[:2]), parts[0]) if name in BESIDE), ".".join(parts[:2]))
