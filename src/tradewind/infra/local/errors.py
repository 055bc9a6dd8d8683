"""What stops the local platform, in words for the person at the terminal."""


class LocalError(RuntimeError):
    """The local platform cannot do what was asked; the message says what to do about it."""


class StartFailedError(LocalError):
    """A child process ended, or stayed silent, before it was ready."""
