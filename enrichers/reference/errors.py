"""What can be wrong with reference data; apart, because pandas and pyarrow take a second to import."""

from __future__ import annotations


class ReferenceDataError(ValueError):
    """Reference data cannot be used; the text says which, why and what to do."""
