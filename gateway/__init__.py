"""The doors: everything that talks to the outside and reaches the cases through Temporal."""
