"""What one case carries and does: a customer, an authorization. Pure: no Temporal, no I/O, no clock, no randomness."""
