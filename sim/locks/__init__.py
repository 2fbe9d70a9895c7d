"""Simulated lockers: compartments, lock boards byte by byte, the line to them, and a real pty at its end."""
