"""How a device comes by its identity, and keeps it: enrolment, renewal, and the errands in between."""
