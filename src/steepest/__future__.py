"""`torch.__future__`: what a module's conversion and `load_state_dict(assign=True)` keep of its parameters."""

from steepest.nn.modules import identity

__all__ = ["get_overwrite_module_params_on_conversion", "get_swap_module_params_on_conversion",
           "set_overwrite_module_params_on_conversion", "set_swap_module_params_on_conversion"]


def set_overwrite_module_params_on_conversion(value: bool) -> None:
    """Whether `module.to(...)` and its kind make new parameters in the place of changing those that are there."""
    identity.keeps.overwrite = value


def get_overwrite_module_params_on_conversion() -> bool:
    """Whether conversions make new parameters."""
    return identity.keeps.overwrite


def set_swap_module_params_on_conversion(value: bool) -> None:
    """Whether `load_state_dict(assign=True)` leaves the parameters the objects that they are, so that optimizers keep the right ones."""
    identity.keeps.swap = value


def get_swap_module_params_on_conversion() -> bool:
    """Whether taken-over tensors go into the parameters that are there."""
    return identity.keeps.swap
