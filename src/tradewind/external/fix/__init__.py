"""LPs over FIX 4.4: QuickFIX keeps the sessions, our own parser reads the content."""
