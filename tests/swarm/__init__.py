"""Six machines on one: a real Docker Swarm with the platform on it, and what is broken there on purpose."""
