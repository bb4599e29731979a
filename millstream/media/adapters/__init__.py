"""Files of clips and recordings, and the child that cuts."""
