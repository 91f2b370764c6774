"""Fixtures that start the application as real processes; see topology.py and site.py."""
