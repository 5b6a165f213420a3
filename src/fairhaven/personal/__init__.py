"""What the platform keeps of a person: shown to them whole, and erased when they ask for it."""
