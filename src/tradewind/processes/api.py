"""The API process: `python -m tradewind.processes.api`, the gateway on TRADEWIND_PORT."""
