"""Guided sessions: a person works the product, the kit asks, the same run is judged."""
