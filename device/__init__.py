"""The agent: what a store or a locker bank decides, and the shell that wires it to the drivers."""

__version__ = "0.1.0"
