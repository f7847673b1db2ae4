"""The French sentences of the features. A regular package, so that no other ``steps`` of the machine can shadow it."""
