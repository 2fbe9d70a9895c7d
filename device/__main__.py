"""`python -m device` is `ansim-agent`."""

import sys

from device.cli import main

sys.exit(main())
