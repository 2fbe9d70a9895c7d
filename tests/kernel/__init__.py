"""Tests on a kernel's own GPIO chip, in a guest that boot.sh boots. Run by run.sh, not collected by pytest."""
