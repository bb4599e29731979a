"""The invented county of the demonstration: its people, goods, pictures and first show."""
