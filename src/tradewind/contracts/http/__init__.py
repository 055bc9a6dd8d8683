"""What the API answers and takes. Decimals are strings without exponent, times aware UTC."""
