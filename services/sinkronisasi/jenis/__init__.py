"""The kinds of synchronisation: each is a registration (what it asks, judges, plans and shows), none has a loop."""
