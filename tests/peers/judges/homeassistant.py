"""Run in the peers' environment `homeassistant`: topics and configurations on stdin, judged by its own schemas.

A line is a retained message of discovery: [topic, config]; or of a state: ["template", template, payload].
"""

import json
import sys

# This file's own name must not stand for the package's.
sys.path = [path for path in sys.path if not path.endswith("judges")]

from homeassistant.components.mqtt import binary_sensor, sensor  # noqa: E402
from homeassistant.components.mqtt.abbreviations import ABBREVIATIONS  # noqa: E402
from homeassistant.components.mqtt.discovery import TOPIC_MATCHER  # noqa: E402
from jinja2 import Environment  # noqa: E402

SCHEMAS = {"sensor": sensor.DISCOVERY_SCHEMA, "binary_sensor": binary_sensor.DISCOVERY_SCHEMA}


def discovered(topic: str, config: dict[str, object]) -> dict[str, object]:
    found = TOPIC_MATCHER.match(topic.removeprefix("homeassistant/"))
    if found is None:
        return {"fault": f"topic {topic!r} is not one of discovery"}
    component, node, name = found.groups()
    taken = SCHEMAS[component](dict(config))
    known = set(ABBREVIATIONS.values()) | {"device", "origin", "name", "options"}
    return {
        "component": component, "node": node, "object": name, "unique_id": taken["unique_id"],
        "device_class": None if taken.get("device_class") is None else str(taken["device_class"]),
        # The schema drops what it does not know without a word.
        "dropped": sorted(set(config) - set(taken) - {"options"}), "unknown": sorted(set(config) - known),
    }  # fmt: skip


for line in sys.stdin:
    one = json.loads(line)
    if one[0] == "template":
        value = json.loads(one[2])
        print(json.dumps({"rendered": Environment().from_string(one[1]).render(value_json=value)}))
    else:
        print(json.dumps(discovered(one[0], one[1])))
