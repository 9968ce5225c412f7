"""What `torch.nn.functional` offers: composites of the primitives, small files by kind."""
