"""What crosses a process border: data classes only."""
