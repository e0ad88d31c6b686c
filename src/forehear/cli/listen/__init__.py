"""`forehear listen`: its arguments, and the parts of hearing a recording or a device."""
