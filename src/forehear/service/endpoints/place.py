"""The page of one place, for a wall and a phone: installable, kept by the browser for when there is no line."""

import json
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

from litestar import MediaType, Response, get
from litestar.params import Parameter

from forehear.service.endpoints.answers import Requested, fault, hub_of, refusals

PLACE = Path(__file__).parents[1] / "place"
SiteId = Annotated[str, Parameter(min_length=1, max_length=256)]
FRESH = {"Cache-Control": "no-cache"}


@get("/site/{site:str}", summary="The page of one place", media_type=MediaType.HTML, tags=["place"],
     responses=refusals(404))  # fmt: skip
async def get_place(request: Requested, site: SiteId) -> Response[Any]:
    """State, minutes, from where, whether it is listened to, and whether the page still hears the service."""
    if site not in hub_of(request).sites:
        return fault(404, f"site {site!r} is not among those that are warned")
    return Response((PLACE / "index.html").read_bytes(), media_type=MediaType.HTML, headers=FRESH)


@get("/site/{site:str}/manifest.webmanifest", summary="What makes the page of a place installable", tags=["place"],
     responses=refusals(404))  # fmt: skip
async def get_manifest(request: Requested, site: SiteId) -> Response[Any]:
    """The web application manifest of one place; its addresses are relative to itself."""
    found = hub_of(request).sites.get(site)
    if found is None:
        return fault(404, f"site {site!r} is not among those that are warned")
    start = f"../{quote(site, safe='')}"
    manifest = {
        "name": f"forehear: {found.name}", "short_name": found.name[:12], "start_url": start, "scope": "../",
        "id": start, "display": "standalone", "background_color": "#10161d", "theme_color": "#10161d",
        "icons": [{"src": "../../map/icon.svg", "sizes": "any", "type": "image/svg+xml", "purpose": "any"}],
    }  # fmt: skip
    body = json.dumps(manifest, ensure_ascii=False).encode()
    return Response(body, media_type="application/manifest+json", headers=FRESH)


@get("/place-worker.js", include_in_schema=False, sync_to_thread=False)
def get_worker() -> Response[Any]:
    """The service worker: at the top, so that it may look after every place's page."""
    body = (PLACE / "place-worker.js").read_bytes()
    return Response(body, media_type="text/javascript", headers=FRESH)


ENDPOINTS = (get_place, get_manifest, get_worker)
