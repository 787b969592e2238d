"""Who owns which data and keys. Knows nothing of stock."""
