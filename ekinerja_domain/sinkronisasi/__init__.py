"""What a synchronisation is: findings, prerequisites, plan, padanan, status, repetition."""
