"""The demo's drawn scenes: a potter at the wheel, rendered once and played for ever."""
