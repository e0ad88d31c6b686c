"""The figures of the page by name. Each takes the story; links in them lead to claims and rows."""

from forehear.assess.report.pictures_ahead import fan, hindcasts, raid_sizes, warning_times
from forehear.assess.report.pictures_past import echo_tree, launches_and_claims

FIGURES = {
    "echo-tree": echo_tree,
    "launches-and-claims": launches_and_claims,
    "forecast": fan,
    "hindcasts": hindcasts,
    "raid-sizes": raid_sizes,
    "warning-time": warning_times,
}
