"""Lock boards, byte by byte, from their protocols: nothing here knows the drivers that are tried on them."""
