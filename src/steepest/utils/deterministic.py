"""`torch.utils.deterministic`: whether memory that is yet to be written is filled; here it always is, with zeros."""

fill_uninitialized_memory = True
