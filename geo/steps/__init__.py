"""The steps from words to a place, each a pure function on the result of the one before."""
