"""Commissioning: what is wired where in a locker bank, proved door by door with the installer in front of it."""
