"""From a file of boundaries to a generation of areas: read, check against known figures, load, switch."""
