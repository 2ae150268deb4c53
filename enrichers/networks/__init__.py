"""Addresses to places, networks, companies and clouds."""
