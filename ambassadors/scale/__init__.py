"""A large firm's five years, to look at and to measure with: `manage.py seed_scale`."""
