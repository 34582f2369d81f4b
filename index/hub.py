"""Loads a sentence-transformers model by folder or hub name, and says in one line why one cannot be had."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from index.errors import EmbedderError

Model = TypeVar("Model")

HUB_TIMEOUT_S = 5.0


def load(name: str, setting: str, make: Callable[[bool], Model], *, offline: bool = False) -> Model:
    """What `make` makes; its argument says whether only this machine may be asked. EmbedderError otherwise.

    What was downloaded once needs no network, and isn't asked after again; a first download shows the hub's own bars.
    """
    try:
        try:
            return make(True)
        except OSError as exc:
            if offline:
                raise OSError("it is not on this machine, and --offline opens no connection") from exc
            check_hub_reached()
            return make(False)
    except (OSError, ValueError, RuntimeError, ImportError, LookupError, TypeError) as exc:
        why = (str(exc).strip() or type(exc).__name__).splitlines()[0]
        raise EmbedderError(
            f"cannot load model {name!r} ({why}); check the name and the network, or unset {setting}"
        ) from exc


def missing_package(name: str, setting: str, exc: ImportError) -> EmbedderError:
    """What to say where sentence-transformers is not installed."""
    return EmbedderError(
        f"model {name!r} needs the package sentence-transformers ({exc}); install it, or unset {setting}"
    )


def check_hub_reached() -> None:
    """OSError within seconds when the model hub is out of reach: its own client would try again for minutes."""
    import socket  # here, since the bundled model needs none of these and starts in 0.1 s
    from urllib.parse import urlsplit
    from urllib.request import getproxies

    from huggingface_hub import constants

    hub = urlsplit(constants.ENDPOINT)
    if constants.HF_HUB_OFFLINE:
        raise OSError("it is not on this machine, and HF_HUB_OFFLINE is set")
    if any(getproxies().get(scheme) for scheme in (hub.scheme, "all")):
        return
    try:
        socket.create_connection((hub.hostname or "", hub.port or 443), timeout=HUB_TIMEOUT_S).close()
    except OSError as exc:
        raise OSError(f"it is not on this machine, and {hub.hostname} was not reached: {exc}") from exc
