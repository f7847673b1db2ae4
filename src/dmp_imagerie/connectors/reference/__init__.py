"""The reference connector: a small honest RIS, so that every rule is shown to be one a product can keep."""
