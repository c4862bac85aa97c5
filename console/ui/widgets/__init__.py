"""Painters and buttons of the window. Each takes the theme and is handed frozen views; none asks the room."""
