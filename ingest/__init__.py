"""Log objects, bytes to typed requests, quarantine."""
