"""A database backend: Django's SpatiaLite one, with its metadata made the quick way."""
