"""`torch.ops`: operators by the names `torch.ops.<library>.<name>`, those of programs and, in the library `aten`, PyTorch's own.

A primitive is known in `aten` by the name of its node in the graph: of `AddmmBackward0` the operator is `aten.addmm`.
"""

import re
from collections.abc import Callable
from functools import cache
from typing import Any

from steepest.errors import text

__all__ = ["OpNamespace", "OpOverload", "OpOverloadPacket", "namespace", "operator_of", "registered"]

registered: dict[str, dict[str, Any]] = {}
"""What programs defined: library, name, function."""
known: list[Callable[[str], Any]] = []
"""What finds a function of PyTorch's by its name; None where there is none."""
OF_TENSORS = frozenset("add sub mul div pow eq ne lt le gt ge remainder fmod floor_divide bitwise_and bitwise_or bitwise_xor".split())
"""Operators whose first form is called `Tensor`, not `default`."""


class OpOverload:
    """One form of an operator, such as `torch.ops.aten.mm.default`."""

    def __init__(self, packet: "OpOverloadPacket", overload: str):
        self.overloadpacket, self._overloadname = packet, overload
        self.namespace, self.__name__ = packet.namespace, f"{packet.__name__}.{overload}"

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.overloadpacket(*args, **kwargs)

    def name(self) -> str:
        """The name as `aten::mm`, or `aten::add.Tensor`."""
        shown = f"{self.namespace}::{self.overloadpacket.__name__}"
        return shown if self._overloadname == "default" else f"{shown}.{self._overloadname}"

    def __str__(self) -> str:
        return f"{self.namespace}.{self.__name__}"

    def __repr__(self) -> str:
        return f"<OpOverload(op='{self.namespace}.{self.overloadpacket.__name__}', overload='{self._overloadname}')>"


class OpOverloadPacket:
    """All forms of an operator, such as `torch.ops.aten.mm`."""

    def __init__(self, library: str, name: str):
        self.namespace, self.__name__ = library, name
        self.forms: dict[str, OpOverload] = {}

    def __getattr__(self, name: str) -> OpOverload:
        if name.startswith("__"):
            raise AttributeError(name)
        if name not in self.forms:
            self.forms[name] = OpOverload(self, name)
        return self.forms[name]

    def overloads(self) -> list[str]:
        """The names of the forms."""
        return ["Tensor" if self.__name__ in OF_TENSORS else "default"]

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        found = registered.get(self.namespace, {}).get(self.__name__) or _own(self.__name__)
        if found is None:
            raise NotImplementedError(text("operator-inner", name=str(self)))
        return found(*args, **kwargs)

    def __str__(self) -> str:
        return f"{self.namespace}.{self.__name__}"

    def __repr__(self) -> str:
        return f"<OpOverloadPacket(op='{self.namespace}.{self.__name__}')>"


class OpNamespace:
    """A library of operators, such as `torch.ops.aten`."""

    def __init__(self, name: str):
        self.name = name
        self.__name__ = f"torch.ops.{name}"

    def __getattr__(self, name: str) -> OpOverloadPacket:
        if name.startswith("__") or name not in registered.get(self.name, {}) and not (self.name == "aten" and (
                _own(name) is not None or name in _of_nodes)):
            raise AttributeError(f"'_OpNamespace' '{self.name}' object has no attribute '{name}'", name=name, obj=self)
        return packet(self.name, name)


_of_nodes = frozenset("convolution _softmax _log_softmax native_layer_norm native_group_norm native_batch_norm t expand view "
                      "_scaled_dot_product_flash_attention_for_cpu max_pool2d_with_indices nll_loss_forward _to_copy "
                      "alias slice index _pin_memory _unsafe_view "
                      "_sparse_addmm _sparse_mm_reduce_impl".split())
"""Operators of PyTorch's that have no public function of their own name."""
namespace = cache(OpNamespace)
packet = cache(OpOverloadPacket)


def _own(name: str) -> Any:
    return next((found for look in known if (found := look(name)) is not None), None)


@cache
def _named(node_name: str) -> OpOverload:
    title = re.sub(r"Backward\w*$", "", node_name)
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", title).lower()
    name = {"softmax": "_softmax", "log_softmax": "_log_softmax", "nll_loss": "nll_loss_forward"}.get(words, words)
    return getattr(packet("aten", name), "Tensor" if name in OF_TENSORS else "default")


def operator_of(primitive: Any) -> OpOverload:
    """The operator of PyTorch's that a primitive is."""
    return _named(primitive.node_name)
