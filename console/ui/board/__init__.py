"""The clinic's board: all rooms of a site on a wall or a desk, from the archive alone."""
