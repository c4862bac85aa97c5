"""Pure functions from the state of the room to what a page shows. Nothing here knows Qt."""
