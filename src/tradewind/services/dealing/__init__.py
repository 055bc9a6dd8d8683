"""What dealers do for a client or for the house, with a second person where it is much."""
