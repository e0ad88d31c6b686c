"""What the map is told of places: their own kind, all their parts."""

import asyncio
from pathlib import Path

from tests.service.stand import asked, write_config

from forehear.io.geojson import sites_geojson
from forehear.records import Site
from forehear.service.tracking.frames import SiteState

NEAR = ((31.0, 47.0), (31.1, 47.0), (31.1, 47.1), (31.0, 47.0))
FAR = ((31.2, 47.0), (31.3, 47.0), (31.3, 47.1), (31.2, 47.0))


def test_a_place_keeps_its_kind_and_shows_all_its_parts(tmp_path: Path) -> None:
    # Symptom: the kind of a hospital under threat was "piston". Cause: one key for both kinds.
    config = write_config(tmp_path)
    site = Site("h", "Лікарня", "hospital", 31.05, 47.03, polygon=NEAR, further=(FAR,))
    (tmp_path / "sites.geojson").write_bytes(sites_geojson((site,)))

    async def read() -> dict:
        async with asked(config) as (hub, client):
            hub.show.site_states = (SiteState("h", "warning", 1.79e9, "A1", 0.9, kind="piston"),)
            return (await client.get("/sites.geojson")).json()["features"][0]["properties"]

    shown = asyncio.run(read())
    assert (shown["kind"], shown["threat"], shown["state"]) == ("hospital", "piston", "warning")
    assert [[tuple(p) for p in ring] for ring in shown["polygons"]] == [list(NEAR), list(FAR)]
