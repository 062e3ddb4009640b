"""How severe a finding is, by a published scale."""
