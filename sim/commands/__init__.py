"""The commands of ansim-sim: each module adds its own to the parser, and runs it."""
