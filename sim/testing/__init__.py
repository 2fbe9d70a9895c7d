"""For other people's tests: worlds, live stores and brokers in pytest. See docs/testing-your-integration.md."""
