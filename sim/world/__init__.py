"""Stores, brokers and a control room in virtual time: one thread, nothing sleeps, one seed reproduces everything."""
