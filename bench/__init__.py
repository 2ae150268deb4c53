"""What Pullhouse costs, in CPU seconds, beside the cheapest way to read the same log."""
