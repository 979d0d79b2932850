"""What is true and what follows from it: the lifecycle rules as pure code."""
