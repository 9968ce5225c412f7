"""The core: dtypes, storages, tensors, graph nodes, primitives and how they are bound, recorded and printed."""
