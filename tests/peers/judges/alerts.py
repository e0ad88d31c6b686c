"""Run in the peers' environment `alerts`: the clients of alerts.in.ua, ukrainealarm and GeoJSON feeds, as JSON
lines.

    python alerts.py BASE          BASE is a feed's address; each line on stdin asks all of them once

"""

import asyncio
import json
import sys

import aiohttp
import alerts_in_ua
import uasiren.client
from aio_geojson_generic_client.feed import GenericFeed
from alerts_in_ua.client import Client


async def asked(base: str, client: Client) -> dict[str, object]:
    active = await asyncio.to_thread(client.get_active_alerts)
    async with aiohttp.ClientSession() as session:
        siren = uasiren.client.Client(session)
        regions = await siren.get_regions()
        alarmed = await siren.get_alerts()
        index = await siren.get_last_alert_index()
        status, entries = await GenericFeed(session, (46.0, 30.0), f"{base}/alerts.geojson", 500.0).update()
    return {
        "active": [
            {
                "title": a.location_title, "level": a.alert_level, "uid": a.location_uid, "notes": a.notes,
                "started_s": a.started_at.timestamp(), "finished": a.is_finished(), "type": a.alert_type,
            }
            for a in active
        ],
        "air_raids": len(active.get_air_raid_alerts()), "updated_s": active.get_last_updated_at().timestamp(),
        "regions": [state["regionId"] for state in regions["states"]],
        "alarmed": [(r["regionId"], [a["type"] for a in r["activeAlerts"]]) for r in alarmed],
        "index": index["lastActionIndex"], "feed": status,
        "entries": [
            (e.external_id, e.title, e.publication_date.timestamp(), e.coordinates) for e in entries or []
        ],
    }  # fmt: skip


base = sys.argv[1]
Client.API_BASE_URL = base
uasiren.client.Client.BASE_PATH = f"{base}/api/v3"
client = Client("token-of-the-feed")
print(json.dumps({"version": alerts_in_ua.__name__}), flush=True)
for _ in sys.stdin:
    print(json.dumps(asyncio.run(asked(base, client))), flush=True)
