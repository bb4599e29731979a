"""What every page needs and no context owns: built assets, icons, money and dates in the reader's language, maps."""
