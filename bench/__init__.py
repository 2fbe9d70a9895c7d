"""Measurements beside a floor in the same run: `python -m bench`. For developers only.

May import everything, tests included; nothing imports it.
"""
