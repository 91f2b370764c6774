"""Weighs what the steps found in a text: positions first, then spots, then names of units; what disagrees is said."""
