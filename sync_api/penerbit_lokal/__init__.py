"""The local development issuer as a small OpenID Connect provider: pages and endpoints under /penerbit-lokal."""
