"""What makes a verdict worth trusting: the reference beside a red check, and the replay of a journal."""
