"""The normative content as data: rules and their sources, profiles, policies, test identities.

Nothing is imported here, so that a command which needs one table does not pay for the others.
"""
