"""The journal of a run: written as it happens, readable after a crash, judged by others."""
