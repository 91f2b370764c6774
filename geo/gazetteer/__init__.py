"""The gazetteer in memory: names, streets with what lies along them, places, learnt aliases."""
