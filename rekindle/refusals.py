"""What the API says where it refuses a request: the problem of its answer, in words."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import httpx


def body_of(answer: "httpx.Response") -> dict[str, Any]:
    """The object that the answer's body, read already, holds; empty where it is none."""
    try:
        read = answer.json()
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}


def refusal_of(answer: "httpx.Response") -> str:
    """Why a request was refused: each field with its rule, or else the problem's detail or title, or the status."""
    problem = body_of(answer)
    rules = [f"{one['field']} {one['rule']}" for one in problem.get("errors", ())]
    said = "; ".join(rules) or problem.get("detail") or problem.get("title")
    return str(said or f"{answer.status_code} {answer.reason_phrase}".strip())
