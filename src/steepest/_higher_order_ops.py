"""`torch._higher_order_ops`: functions of functions, which mean here what the same loops in Python mean."""

from steepest.errors import outside
from steepest.functional.structured_control import associative_scan, scan, while_loop
from steepest.functional.structured_control import map_slices as map
from steepest.functional.symbols import cond

__all__ = ["associative_scan", "cond", "map", "scan", "while_loop"]
outside.explain(__name__)
