"""Frozen values everybody speaks of: identities, exams, events, verdicts. Imports nothing of the project."""
