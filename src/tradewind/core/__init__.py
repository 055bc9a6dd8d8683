"""The rules of trading: pure functions over frozen data; standard library only."""
