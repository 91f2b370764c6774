"""E-mail by SMTP: one message, one recipient, and what the server's answer means."""

from __future__ import annotations

import smtplib
from collections.abc import Callable, Sequence
from email.utils import formataddr, parseaddr

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import BadHeaderError, EmailMessage
from django.core.validators import validate_email

from incidents.delivery.models import Delivery
from incidents.delivery.outcomes import Failure, Outcome, Result
from incidents.delivery.ways import Outgoing
from incidents.records.covering import mask
from incidents.records.models import Report, Reporter
from opscenter.accounts.models import Person


def is_set_up() -> bool:
    """Printing a mail on the console is not sending it."""
    return not settings.EMAIL_BACKEND.endswith(("console.EmailBackend", "dummy.EmailBackend"))


# Numbers of the mails that a message goes on with; the room that reads mail knows them.
_threads: list[Callable[[Delivery], Sequence[str]]] = []


def register_thread(thread: Callable[[Delivery], Sequence[str]]) -> None:
    _threads[:] = [thread]


def thread_of(row: Delivery) -> Sequence[str]:
    return _threads[0](row) if _threads else ()


def to_citizen(reporter: Reporter | None, report: Report | None) -> str:
    """The address the reporter left, or wrote from."""
    return reporter.email if reporter is not None else ""


def to_person(person: Person) -> str:
    return person.email


def send(outgoing: Outgoing) -> Result:
    """Sends one mail and says what came of it. Raises nothing: each error is temporary or permanent.

    5yz to the recipient or to the text is permanent, 4yz (greylisting) is not (RFC 5321, 4.2.1). A refusal of our
    own name or password is our fault, not the recipient's, so it is tried again until somebody has mended it.
    """
    try:
        validate_email(outgoing.address)
        mail = EmailMessage(
            # A line break in a subject would begin another header.
            subject=" ".join(outgoing.subject.split()),
            body=outgoing.body,
            from_email=_sender(),
            to=[outgoing.address],
            attachments=[(one.name, one.content, one.kind) for one in outgoing.attachments],
            headers={
                "Message-ID": outgoing.message_id,
                "Auto-Submitted": "auto-generated",
                **(
                    {"In-Reply-To": outgoing.thread[-1], "References": " ".join(outgoing.thread)}
                    if outgoing.thread
                    else {}
                ),
            },
        )
        mail.send(fail_silently=False)
    except ValidationError:
        return Result(Outcome.PERMANENT, Failure.NO_ADDRESS)
    except (BadHeaderError, UnicodeError) as error:
        return Result(Outcome.PERMANENT, Failure.BROKEN_MESSAGE, _tidy(error))
    except smtplib.SMTPRecipientsRefused as error:
        code, text = next(iter(error.recipients.values()), (451, b""))
        return _by_code(code, text)
    except smtplib.SMTPSenderRefused as error:
        return Result(Outcome.TEMPORARY, Failure.SENDER_REFUSED, _answer(error.smtp_code, error.smtp_error))
    except smtplib.SMTPDataError as error:
        return _by_code(error.smtp_code, error.smtp_error)
    except (smtplib.SMTPAuthenticationError, smtplib.SMTPNotSupportedError) as error:
        return Result(Outcome.TEMPORARY, Failure.SENDER_REFUSED, _tidy(error))
    except (smtplib.SMTPException, OSError) as error:
        return Result(Outcome.TEMPORARY, Failure.UNREACHABLE, _tidy(error))
    except Exception as error:
        return Result(Outcome.TEMPORARY, Failure.UNEXPECTED, _tidy(error))
    return Result(Outcome.SENT)


def _sender() -> str:
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return formataddr((name or settings.HOTLINE_NAME, address))


def _by_code(code: int, text: bytes | str) -> Result:
    if 500 <= code < 600:
        return Result(Outcome.PERMANENT, Failure.REFUSED, _answer(code, text))
    return Result(Outcome.TEMPORARY, Failure.REJECTED_FOR_NOW, _answer(code, text))


def _answer(code: int, text: bytes | str) -> str:
    return _tidy(f"{code} {text.decode('utf-8', 'replace') if isinstance(text, bytes) else text}")


def _tidy(words: object) -> str:
    """Servers like to repeat the recipient's address: it is masked."""
    return mask(" ".join(str(words).replace("\x00", "").split()))[:300]
