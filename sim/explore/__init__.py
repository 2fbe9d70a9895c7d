"""Many worlds with many faults, each drawn from a seed; what breaks a rule is made as small as it goes."""
