"""Manifest documents to digests, platforms and layers."""
