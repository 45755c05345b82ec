"""The theory: pure scalar functions, one mechanism a file, each with its source."""
