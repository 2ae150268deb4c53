"""User agents to clients."""
