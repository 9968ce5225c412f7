"""Equations to native code: scalar mathematics in LLVM, ufuncs, loop nests, the cache. Knows forms, not operations."""
