"""Plays the features against a product: a pytest plugin, the bench around it, and the one way to start a run."""
