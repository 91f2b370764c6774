"""Addresses to try the resolver on: generated for every unit, name and form, and written by hand."""
