"""Run in the peers' environment `sapient`: frames on stdin, parsed by Dstl's messages, what they hold as JSON.

Every field that the standard calls mandatory is looked for, as a fusion node does, and no field may be unknown.
"""

import json
import re
import struct
import sys

from google.protobuf.json_format import MessageToDict
from google.protobuf.unknown_fields import UnknownFieldSet
from sapient_msg import proto_options_pb2
from sapient_msg.bsi_flex_335_v2_0.sapient_message_pb2 import SapientMessage

ULID = re.compile("[0-7][0-9A-HJKMNP-TV-Z]{25}")
UUID4 = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


def faults(message: object, where: str = "") -> list[str]:
    found = [f"{where}: unknown field {f.field_number}" for f in UnknownFieldSet(message)]
    present = dict(message.ListFields())
    for one in message.DESCRIPTOR.oneofs:
        mandatory = one.GetOptions().Extensions[proto_options_pb2.oneof_options].is_mandatory
        if mandatory and message.WhichOneof(one.name) is None:
            found.append(f"{where}: missing one of {one.name}")
    for field in message.DESCRIPTOR.fields:
        options = field.GetOptions().Extensions[proto_options_pb2.field_options]
        value = present.get(field)
        name = f"{where}.{field.name}"
        if options.is_mandatory and value is None:
            found.append(f"{name}: missing")
        if value is None:
            continue
        if options.is_ulid and not ULID.fullmatch(value):
            found.append(f"{name}: {value} is no ULID")
        if options.is_uuid and not UUID4.fullmatch(value):
            found.append(f"{name}: {value} is no UUID of version 4")
        if field.enum_type is not None:
            numbers = [value] if isinstance(value, int) else list(value)
            found += [f"{name}: unknown {n}" for n in numbers if n not in field.enum_type.values_by_number]
        if field.message_type is not None and field.message_type.full_name.startswith("sapient_msg."):
            parts = [value] if hasattr(value, "DESCRIPTOR") else list(value)
            for part in parts:
                found += faults(part, name)
    return found


if __name__ == "__main__":
    data = sys.stdin.buffer.read()
    while data:
        (size,) = struct.unpack_from("<I", data)
        message = SapientMessage()
        message.ParseFromString(data[4 : 4 + size])
        data = data[4 + size :]
        seen = MessageToDict(message, preserving_proto_field_name=True)
        print(json.dumps({"message": seen, "faults": faults(message)}))
