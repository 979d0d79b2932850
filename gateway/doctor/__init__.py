"""The doctor: it looks at everything that runs and says what is wrong, and what to do about it. It changes nothing."""
