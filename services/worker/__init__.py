"""The worker process: hears the bell, claims work, keeps its leases, sweeps."""
