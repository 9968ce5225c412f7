"""`torch.storage`: the memory of tensors."""

from steepest.errors import outside
from steepest.functional.storages import TypedStorage, UntypedStorage

__all__ = ["TypedStorage", "UntypedStorage"]
outside.explain(__name__)
