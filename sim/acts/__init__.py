"""What somebody, or fate, can do to a simulated world. One vocabulary for scenarios, panel, HTTP and tests."""
