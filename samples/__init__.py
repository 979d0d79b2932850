"""Sample customers: made up, the same for the same day, one in every state, none with an address that exists."""
