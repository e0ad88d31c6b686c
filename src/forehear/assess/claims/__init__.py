"""The ledger of claims: what is claimed, by whom, how well, and which claims are echoes of one another."""
