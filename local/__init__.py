"""The local stack: a whole installation on one machine, on loopback alone, for trying things out and for the tests."""
