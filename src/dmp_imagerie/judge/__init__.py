"""Pure judgement: recorded facts in, findings and verdicts out. No I/O of its own, no clock, no randomness."""
