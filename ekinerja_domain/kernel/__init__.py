"""What several rooms share: NIP, date ranges, folding of text."""
