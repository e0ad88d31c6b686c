"""Run in the peers' environment `asterix` or `pyasteryx`: data blocks on stdin, each record's items as JSON."""

import json
import sys


def by_pyasteryx(data: bytes) -> list[dict[str, object]]:
    from pyasteryx import Decoder

    return [
        {name.removeprefix("I062/"): item for name, item in message.items.items()}
        for message in Decoder(editions={62: "1.18"}).decode(data)
    ]


def by_asterix_decoder(data: bytes) -> list[dict[str, object]]:
    import asterix

    def plain(item: object) -> object:
        if isinstance(item, dict):
            return item["val"] if "val" in item else {name: plain(value) for name, value in item.items()}
        return [plain(value) for value in item] if isinstance(item, list) else item

    return [
        {name.removeprefix("I"): plain(item) for name, item in record.items() if name.startswith("I")}
        for record in asterix.parse(data, verbose=False)
    ]


if __name__ == "__main__":
    # This file's own name must not stand for the module's.
    sys.path = [path for path in sys.path if not path.endswith("judges")]
    read = by_pyasteryx if sys.argv[1] == "pyasteryx" else by_asterix_decoder
    for record in read(sys.stdin.buffer.read()):
        print(json.dumps(record))
