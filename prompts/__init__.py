"""The prompts, one Markdown file per prompt and version, and the code that renders them."""
