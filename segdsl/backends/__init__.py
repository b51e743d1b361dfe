"""What turns a plan into something that runs, each kind in a folder of its own."""
