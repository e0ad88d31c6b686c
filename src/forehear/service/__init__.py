"""The live service: reports in by HTTP and MQTT, a store, the tracker, warnings out, and the map."""
