"""From recorded steps to native programs."""
