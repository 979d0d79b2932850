"""The account manager's morning: what happens by itself, and what waits for a person."""
