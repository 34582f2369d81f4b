"""Which endpoint a model is asked at, by name. Pure."""

from __future__ import annotations

from urllib.parse import urlsplit

OPENAI_URL = "https://api.openai.com/v1"


def host_of(base_url: str | None) -> str:
    """Host and port only, for a URL may hold credentials; without a URL, OpenAI's."""
    url = base_url or OPENAI_URL
    parts = urlsplit(url)
    return f"{parts.hostname or url}" + (f":{parts.port}" if parts.port else "")
