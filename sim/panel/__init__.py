"""The panel: real stores on this machine, played with from a browser or over HTTP."""
