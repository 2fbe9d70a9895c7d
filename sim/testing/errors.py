"""What can be wrong with a test."""

from sim.errors import SimError


class Unplayable(SimError, ValueError):
    """A test asks for something that is not known, or cannot be done here. One line names it and what is allowed."""
