"""[aircraft] of forehear.toml: where known aircraft come from, and what is wrong with it."""

from typing import Annotated

import msgspec

from forehear.io.outlets.http import target_of


class AircraftTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One receiver: its port 30003, or its aircraft.json."""

    # host:port of dump1090 or readsb.
    sbs: str | None = None
    # http://..., https://..., or a file that is written anew each second.
    json: str | None = None
    every_s: Annotated[float, msgspec.Meta(ge=0.2, le=60.0)] = 1.0

    @property
    def is_on(self) -> bool:
        """Whether there is a feed."""
        return self.sbs is not None or self.json is not None

    @property
    def source(self) -> str:
        """Name it, for logs."""
        return self.sbs or self.json or "nothing"


def aircraft_faults(table: AircraftTable) -> list[str]:
    """Say all that is wrong with it."""
    faults = []
    if table.sbs is not None and table.json is not None:
        faults.append("aircraft.sbs and aircraft.json: one of both")
    if table.sbs is not None:
        host, _, port = table.sbs.rpartition(":")
        if not host or not port.isdigit() or not 0 < int(port) < 65_536:
            faults.append(f"aircraft.sbs={table.sbs!r}: allowed: host:port")
    if table.json is not None and "://" in table.json:
        try:
            target_of(table.json)
        except ValueError as error:
            faults.append(f"aircraft.json={error}")
    return faults
