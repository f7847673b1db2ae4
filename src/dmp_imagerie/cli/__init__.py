"""The command line: thin, lazy, in French; every failure is one sentence and a documented exit code."""
