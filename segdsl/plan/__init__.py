"""The logical plan, what it means, and the program made of it."""
