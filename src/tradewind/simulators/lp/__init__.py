"""A liquidity provider to trade against: FIX 4.4 acceptor over a seeded or recorded market."""
