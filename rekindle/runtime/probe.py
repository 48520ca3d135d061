"""Whether an address answers with success, as a container's health check asks: `python -m rekindle.runtime.probe URL`."""

import argparse
import sys
import urllib.error
import urllib.request

SECONDS = 4.0


def answers(url: str) -> bool:
    """Whether a GET is answered with a status below 400."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=SECONDS):
            return True
    except (urllib.error.URLError, OSError, ValueError) as error:
        print(f"{url}: {error}", file=sys.stderr)
        return False


def main() -> int:
    """Return 0 when it does, 1 when it does not."""
    parser = argparse.ArgumentParser(prog="python -m rekindle.runtime.probe", description=__doc__)
    parser.add_argument("url")
    return 0 if answers(parser.parse_args().url) else 1


if __name__ == "__main__":
    sys.exit(main())
