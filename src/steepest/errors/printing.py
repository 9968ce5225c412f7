"""Texts of errors in printing and formatting tensors."""

ROWS = {
    "print-profile": (
        "set_printoptions(profile={seen!r}): there is no such profile; known are {known}.",
        "set_printoptions(profile={seen!r})：没有这个方案；可用的有 {known}。",
    ),
    "format-tensor": (
        "unsupported format string passed to {type}.__format__: {specification!r} formats one number, and this tensor has shape {shape}. "
        "Format a Python number, f\"{{x.item():{specification}}}\", or set the digits with set_printoptions(precision=...).",
        "{type}.__format__ 不支持格式串 {specification!r}：它只用于一个数，而这个张量的形状是 {shape}。"
        "请对 Python 数使用，如 f\"{{x.item():{specification}}}\"，或用 set_printoptions(precision=...) 设定位数。",
    ),
}
