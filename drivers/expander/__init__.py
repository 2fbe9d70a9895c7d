"""Door contacts on a chip MCP23017: sixteen inputs on an I2C bus."""
