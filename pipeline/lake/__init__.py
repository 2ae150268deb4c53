"""The lake: enriched requests by event date, the quarantine, and the ledger of loads."""
