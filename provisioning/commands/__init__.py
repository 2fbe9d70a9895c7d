"""What `ansim-provision` can be told to do: one file for one matter, each with its `add` and its functions."""
