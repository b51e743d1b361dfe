"""What functions and predicates mean, and the tables that they stand on."""
