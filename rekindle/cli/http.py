"""Asking the running stack over HTTP, past any proxy that the environment names."""

import urllib.error
import urllib.request

SECONDS = 10.0


def get_text(url: str) -> str:
    """The body with which a GET is answered, whatever the status. Raises OSError where nothing answers."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=SECONDS) as answer:
            return str(answer.read().decode())
    except urllib.error.HTTPError as error:
        return error.read().decode()
