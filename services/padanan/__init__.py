"""Links NPSN <-> unit kerja: list and decision of the admin."""
