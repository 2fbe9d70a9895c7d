"""The library: nights that stores have, one file each. docs/scenarios.md lists them."""
