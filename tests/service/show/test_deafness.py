"""What /health says of sites that hear too little."""

from forehear.service.show.deafness import deaf
from forehear.service.tracking.frames import SiteState


def test_only_sites_that_hear_too_little_are_named_each_with_its_reason() -> None:
    sites = (
        SiteState("well", "clear", 0.0, gone=0.1),
        SiteState("dark", "not_covered", 0.0, covered=False, gone=1.0),
        SiteState("thin", "warning", 0.0, gone=0.31),
    )
    dark, thin = deaf(sites)
    assert "'dark' is not covered" in dark
    assert "'thin'" in thin
    assert "31% of its sensors no longer report" in thin
    assert deaf(()) == ()
