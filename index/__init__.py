"""The handbook as data: parsing, packs, embedders and search. Knows nothing of grading."""
