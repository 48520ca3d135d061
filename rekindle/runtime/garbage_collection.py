"""How often Python looks for cycles in what folds events, long-running or a rebuild: rarely, for a batch holds none."""

import gc


def collect_rarely() -> None:
    """Look for cycles less often, and never among what was loaded at the start. Call it once that is loaded.

    A batch of 2,000 events is some 100,000 objects, none of them in a cycle: a quarter of the projector's time went into looking.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
