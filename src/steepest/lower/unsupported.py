"""What a lowering does not know."""

__all__ = ["Unsupported"]


class Unsupported(Exception):
    """A lowering does not know this; the text says what. The program then takes the next more general one."""
