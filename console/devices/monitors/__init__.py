"""Patient-monitor drivers, one file and one plain class per device family."""
