"""Puts values into a Word template, in a process of its own: `python -m incidents.figures.rendering`, a job on stdin.

A template comes from people. What it says runs in Jinja's sandbox, and here within bounds of time and memory, without
the settings, the database or anything else of the application: nothing of it is imported. Says JSON: {"problem": ""},
or what is wrong as a code, with `detail` in the words of the library.
"""

from __future__ import annotations

import json
import resource
import sys
from typing import Any

CPU_S, MEMORY = 20, 1_500 * 1024 * 1024


def main() -> dict[str, str]:
    """The job: {template, out, values, strict}; `strict` holds a name that no value has for a mistake."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    from docxtpl import DocxTemplate
    from jinja2 import StrictUndefined, TemplateSyntaxError, Undefined, UndefinedError
    from jinja2.exceptions import SecurityError
    from jinja2.sandbox import SandboxedEnvironment

    job: dict[str, Any] = json.load(sys.stdin)
    try:
        document = DocxTemplate(job["template"])
        undefined = StrictUndefined if job["strict"] else Undefined
        environment = SandboxedEnvironment(autoescape=True, undefined=undefined)
        document.render(job["values"], environment, autoescape=True)
        document.save(job["out"])
    except SecurityError as error:
        return {"problem": "forbidden", "detail": str(error)}
    except UndefinedError as error:
        return {"problem": "unknown", "detail": str(error)}
    except TemplateSyntaxError as error:
        near = " ".join(str(line) for line in getattr(error, "docx_context", ()))
        return {"problem": "syntax", "detail": f"{error.message} {near}".strip()[:400]}
    except MemoryError:
        return {"problem": "too_much", "detail": ""}
    except Exception as error:
        return {"problem": "failed", "detail": f"{type(error).__name__}: {error}"[:400]}
    return {"problem": "", "detail": ""}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main()) + "\n")
