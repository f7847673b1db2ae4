"""The simulated DMP and its surroundings: state, transactions, test certificates, transports.

Nothing here judges: it answers as the DMP does and records what it saw.
"""
