"""The sensor's computer: microphone, stream, uplink."""
