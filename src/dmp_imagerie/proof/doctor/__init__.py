"""Examines the way to the product before a run: what is in order, what is to fix and how, what could not be tested.

Each check is a small function that returns a value (``check``); nothing here prints, judges a rule or leaves anything.
"""
