"""Use cases and what they need: settings, database, queue, the synchronisation engine and the admin data."""
