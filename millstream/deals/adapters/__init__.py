"""What deals lays outside itself: signed addresses in letters."""
