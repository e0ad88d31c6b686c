"""Bytes and files to records and back. No physics here; sockets live in `service`."""
