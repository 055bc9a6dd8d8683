"""What staff may change, who must agree, and the record of it."""
