"""Who is calling: verified tokens, roles and what each role reaches."""
