"""How far the coach's grades and look-ups can be trusted: cases, metrics, runs and reports."""
