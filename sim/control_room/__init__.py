"""The control room. Verifying and storing (verifier, chain, ledger, desk) know nothing of playing (core, room)."""
