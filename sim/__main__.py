"""`python -m sim` is `ansim-sim`."""

import sys

from sim.cli import main

sys.exit(main())
