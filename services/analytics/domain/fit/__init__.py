"""Who of everybody fits a position, counted with bitmaps of people instead of person by person."""
