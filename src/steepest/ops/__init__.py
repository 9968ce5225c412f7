"""The primitives, one file a form: a name, a definition and gradient rules each."""
