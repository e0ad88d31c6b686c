"""Where the service hears too little, in words: what /health says of it."""

from collections.abc import Sequence

from forehear.service.tracking.frames import GONE_SHARE, SiteState


def deaf(sites: Sequence[SiteState]) -> tuple[str, ...]:
    """Say of which sites too little is heard, and why; nothing where all hear."""
    return tuple(
        f"site {site.site!r} is not covered: a target would not be heard there in time"
        if not site.covered
        else f"site {site.site!r}: {site.gone:.0%} of its sensors no longer report"
        for site in sites
        if not site.covered or site.gone >= GONE_SHARE
    )
