"""`python -m provisioning` is `ansim-provision`."""

import sys

from provisioning.cli import main

sys.exit(main())
