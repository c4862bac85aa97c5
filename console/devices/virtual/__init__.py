"""Virtual devices: physics advanced by dt, byte-level emulators on top, and a cable to plug them into."""
