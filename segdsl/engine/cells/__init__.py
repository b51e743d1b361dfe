"""What single cells spell: numbers, yes and no, dates and instants, a whole column at a time."""
