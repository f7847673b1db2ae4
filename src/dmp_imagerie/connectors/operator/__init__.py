"""A person works the product's screens; the kit tells them what to do, one instruction at a time."""
