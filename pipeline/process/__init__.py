"""What one process may take of the machine, and what it says meanwhile: locks, memory, disk, progress."""
