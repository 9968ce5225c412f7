"""OptimizedModule: what `torch.compile(model)` returns: a module that holds the model and behaves like it."""

from collections.abc import Callable
from typing import Any

from steepest.nn import Module

__all__ = ["OptimizedModule"]


class OptimizedModule(Module):
    """The model as `_orig_mod`, called through `call`. Attributes are the model's, and so is the mode (`train`, `eval`)."""

    def __init__(self, model: Module, call: Callable[..., Any], again: Callable[[Module], Any]):
        """`again` makes such a module of a copy of the model."""
        super().__init__()
        self.__dict__["_again"] = again
        self._modules["_orig_mod"] = model
        self.__dict__["forward"] = call
        del self.__dict__["training"]

    @property
    def training(self) -> bool:     # type: ignore[override]
        """The model's mode."""
        return bool(self._orig_mod.training)

    def __getattr__(self, name: str) -> Any:
        model = self.__dict__.get("_modules", {}).get("_orig_mod")
        if model is None:
            raise AttributeError(name)
        return model if name == "_orig_mod" else getattr(model, name)

    def __setattr__(self, name: str, value: Any) -> None:
        made = "_orig_mod" in self.__dict__.get("_modules", ())
        setattr(self._orig_mod, name, value) if made else super().__setattr__(name, value)

    def __delattr__(self, name: str) -> None:
        delattr(self._orig_mod, name)

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *dir(self._orig_mod)})

    def __len__(self) -> int:
        return len(self._orig_mod)

    def __getitem__(self, index: Any) -> Any:
        return self._orig_mod[index]

    def __bool__(self) -> bool:
        return True

    def __reduce__(self) -> Any:
        return self.__dict__["_again"], (self._orig_mod,)
