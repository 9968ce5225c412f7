"""Whether parameters stay the objects that they are when a module is converted or takes over tensors; `torch.__future__` sets it."""


class Keeps:
    """`overwrite`: conversions make new parameters; `swap`: taken-over tensors go into the parameters that are there."""

    overwrite = False
    swap = False


keeps = Keeps()
