"""Reference data: fetched, checked, installed."""
