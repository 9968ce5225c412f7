"""PyTorch's functions over the primitives: arguments as users give them, defaults, and composites."""
