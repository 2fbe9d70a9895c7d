"""Nights written down: what happens in a world, what must come of it, and the verdict."""
