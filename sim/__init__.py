"""One firm: its rules, its people, the two drivers that play it, and what its weeks tell."""
