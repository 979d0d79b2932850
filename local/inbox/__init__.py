"""The inbox of the local stack: every letter that was sent on this machine, in a browser."""
