"""What is tested, and how it is driven: the contract, drivers, the reference connector, null and faulty ones."""
