"""Traffic recorded elsewhere, judged by the invariants alone: nothing is driven, nothing is sent."""
