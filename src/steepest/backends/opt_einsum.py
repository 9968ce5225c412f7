"""`torch.backends.opt_einsum`: how `einsum` finds its path; here it always searches for the cheapest itself."""

from steepest.errors import outside

outside.explain(__name__)

enabled, strategy = True, "auto"


def is_available() -> bool:
    """True: the order of the products is optimised."""
    return True
