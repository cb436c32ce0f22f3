"""The synchronisation: requests, the engine of five steps, the work list, the log."""
