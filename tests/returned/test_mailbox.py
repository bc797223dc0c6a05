"""The mailbox reader against a real IMAP server: every mail once, none lost, whatever happens."""

import logging
import socket
import ssl
import subprocess
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from outbox import mailbox as reader
from outbox.mailbox import MailboxError, parse_address, read_mailbox
from outbox.models import Bookmark, Delivery, Report
from outbox.tasks import read_mailbox as task
from surveys.models import Invitation
from tests.returned.conftest import mail_of, mailbox_url, make_asked
from tests.returned.imap_server import PASSWORD, USER, imap_server
from tests.returned.samples import AUTO, MICROSOFT, OURS, TO, postfix, reply

pytestmark = pytest.mark.django_db


def kinds():
    return list(Report.objects.order_by("pk").values_list("kind", flat=True))


def test_each_mail_is_stored_and_marked_as_it_deserves(mailbox, delivery):
    mailbox.add(
        postfix(),
        reply("Ik ben afwezig.", headers=AUTO),
        reply("Beste Sanne, bel mij even.", subject="Re: Hoe kijkt u terug?"),
        reply("Lunch?", subject="Lunch?", answers=""),
    )
    done = read_mailbox()
    assert (done.seen, done.stored, done.failed) == (4, 3, 0)
    assert kinds() == ["hard_bounce", "out_of_office", "reply"]
    assert mailbox.flags == {1: {r"\Seen"}, 2: {r"\Seen"}}  # a person's letters stay unread
    letter = Report.objects.get(kind="reply")
    assert (letter.text, letter.detail, letter.subject) == ("", "", "Re: Hoe kijkt u terug?")
    assert Delivery.objects.get(pk=delivery.pk).bounced_at == Report.objects.first().at


def test_only_what_is_new_is_fetched(mailbox, delivery):
    mailbox.add(postfix())
    read_mailbox()
    assert read_mailbox().seen == 0
    mailbox.add(reply("afwezig", headers=AUTO))
    assert read_mailbox().seen == 1
    assert mailbox.fetched() == [1, 2]


def test_a_mail_that_is_read_again_is_stored_once(mailbox, delivery):
    mailbox.add(postfix())
    read_mailbox()
    assert read_mailbox(is_from_start=True).stored == 0
    mailbox.validity = 8  # the folder was made anew
    assert read_mailbox().seen == 1
    assert kinds() == ["hard_bounce"]


def test_dying_after_storing_and_before_the_bookmark_loses_nothing(mailbox, delivery, monkeypatch):
    read_mailbox()  # makes the bookmark
    mailbox.add(postfix(), MICROSOFT)

    def die(*args, **kwargs):
        raise SystemExit

    with monkeypatch.context() as dying:
        dying.setattr(Bookmark, "save", die)
        with pytest.raises(SystemExit):
            read_mailbox()
    assert kinds() == ["hard_bounce"]
    read_mailbox()
    assert kinds() == ["hard_bounce", "hard_bounce"]  # two bounces, each of them once
    assert mailbox.fetched() == [1, 1, 2]


@pytest.mark.parametrize("step", ["FETCH", "STORE"])
def test_a_server_that_drops_us_in_the_middle_is_tried_again(mailbox, delivery, step):
    mailbox.add(postfix())
    mailbox.drops_at = step
    with pytest.raises(MailboxError) as error:
        read_mailbox()
    assert error.value.is_temporary
    mailbox.drops_at = ""
    read_mailbox()
    assert kinds() == ["hard_bounce"]
    assert mailbox.flags == {1: {r"\Seen"}}


@pytest.mark.parametrize("step", ["greeting", "LOGIN", "SELECT", "SEARCH", "FETCH"])
def test_a_server_that_hangs_is_left_alone_in_time(mailbox, monkeypatch, step):
    monkeypatch.setattr(reader, "TIMEOUT", 0.3)
    mailbox.add(postfix())
    mailbox.hangs_at = step
    with pytest.raises(MailboxError, match="BOUNCE_MAILBOX_URL") as error:
        read_mailbox()
    assert error.value.is_temporary
    assert "127.0.0.1" in str(error.value)


def test_a_refused_password_is_for_somebody_to_mend(settings):
    with imap_server() as server:
        settings.BOUNCE_MAILBOX_URL = mailbox_url(server.port, password="fout")
        with pytest.raises(MailboxError, match="weigert de gebruikersnaam of het") as error:
            read_mailbox()
    assert not error.value.is_temporary
    assert "fout" not in str(error.value)


def test_a_server_that_is_busy_is_no_wrong_password(mailbox):
    mailbox.login_answer = "NO [UNAVAILABLE] later"
    with pytest.raises(MailboxError) as error:
        read_mailbox()
    assert error.value.is_temporary


def test_a_folder_that_is_not_there(mailbox):
    mailbox.folder = "Anders"
    with pytest.raises(MailboxError, match="geen map “INBOX”") as error:
        read_mailbox()
    assert not error.value.is_temporary


def test_nobody_at_the_address(settings):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        settings.BOUNCE_MAILBOX_URL = mailbox_url(probe.getsockname()[1])
        with pytest.raises(MailboxError) as error:
            read_mailbox()
    assert error.value.is_temporary


def test_a_certificate_that_nobody_vouches_for_is_refused(settings, tmp_path):
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    made = subprocess.run(
        "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost".split()
        + f"-keyout {key} -out {certificate}".split(),
        capture_output=True,
        check=False,
    )
    if made.returncode:
        pytest.skip("openssl cannot make a certificate here")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with imap_server(tls=context) as server:
        settings.BOUNCE_MAILBOX_URL = mailbox_url(server.port, scheme="imaps")
        with pytest.raises(MailboxError, match="certificaat") as error:
            read_mailbox()
        assert not [one for one in server.commands if one.startswith("LOGIN")]
    assert not error.value.is_temporary


def test_of_a_huge_mail_the_beginning_is_enough(mailbox, delivery):
    mailbox.add(postfix() + b"x" * 50_000_000)
    assert read_mailbox().stored == 1
    assert mailbox.sent_bytes <= 300_000


def test_a_round_is_bounded_and_the_next_goes_on(mailbox, delivery, monkeypatch):
    monkeypatch.setattr(reader, "_BATCH", 2)
    mailbox.add(*(postfix(own_id=f"<{n}@mx.example>") for n in range(5)))
    assert [read_mailbox().seen for _round in range(4)] == [2, 2, 1, 0]
    assert len(kinds()) == 5


def test_a_mail_that_cannot_be_handled_does_not_stop_the_others(
    mailbox, delivery, monkeypatch, caplog
):
    real = reader.record_report

    def record(**fields):
        if fields["kind"] == "hard_bounce":
            raise RuntimeError("a fault of ours")
        return real(**fields)

    mailbox.add(postfix(), reply("afwezig", headers=AUTO))
    with monkeypatch.context() as broken:
        broken.setattr(reader, "record_report", record)
        assert read_mailbox().failed == 1
    assert kinds() == ["out_of_office"]
    assert mailbox.flags == {1: {r"\Flagged"}, 2: {r"\Seen"}}
    assert "mail 1 could not be handled" in caplog.text
    read_mailbox(is_from_start=True)
    assert sorted(kinds()) == ["hard_bounce", "out_of_office"]


def test_without_our_message_id_the_address_is_a_guess(mailbox, delivery):
    mailbox.add(postfix(original="<other@mx.example>"))
    read_mailbox()
    report = Report.objects.get()
    assert report.is_guess
    assert report.delivery == delivery


def test_a_guess_does_not_say_that_the_mail_came_back(mailbox, delivery):
    """Whoever knows an address could else take a client out of the coverage by one mail."""
    mailbox.add(postfix(original="<of-nobody@elsewhere.example>"))
    read_mailbox()
    assert Report.objects.get().is_guess
    assert Delivery.objects.get(pk=delivery.pk).bounced_at is None


def test_a_bounce_of_whom_it_was_passed_on_to_marks_nobody(mailbox, invitation, delivery):
    mailbox.add(postfix().replace(TO.encode(), b"oud-collega@gemeente.example"))
    read_mailbox()
    assert kinds() == ["undelivered"]
    assert Invitation.objects.get().contact.bounced_at is None


def test_of_two_mails_to_an_address_the_guess_is_the_last(mailbox, invitation, delivery):
    reminder = mail_of(invitation, key=invitation.reminder_key(1), sent_at=delivery.sent_at)
    mailbox.add(postfix(original="<other@mx.example>"))
    read_mailbox()
    assert Report.objects.get().delivery == reminder


def test_the_message_id_decides_between_two(mailbox, delivery):
    make_asked(email="piet@gemeente.example", message_id="<piet@klanten.waterkant.example>")
    mailbox.add(postfix(original="<piet@klanten.waterkant.example>"))
    read_mailbox()
    assert Report.objects.get().delivery.recipient_address == "piet@gemeente.example"


def test_mail_about_others_leaves_no_trace(mailbox, db):
    mailbox.add(postfix(), reply("afwezig", headers=AUTO))
    assert (read_mailbox().stored, mailbox.flags, kinds()) == (0, {}, [])


def test_nothing_is_read_when_no_mailbox_is_set(settings, capsys):
    settings.BOUNCE_MAILBOX_URL = ""
    assert read_mailbox() is None
    assert task() == 0
    call_command("read_mailbox")
    assert "BOUNCE_MAILBOX_URL is niet ingesteld" in capsys.readouterr().out


def test_the_command_says_what_it_did(mailbox, delivery):
    mailbox.add(postfix())
    out = StringIO()
    call_command("read_mailbox", stdout=out)
    assert "Mails gelezen: 1, meldingen bewaard: 1, niet verwerkt: 0." in out.getvalue()
    call_command("read_mailbox", "--again", stdout=out)
    assert kinds() == ["hard_bounce"]


def test_the_command_fails_in_words(mailbox):
    mailbox.login_answer = "NO [AUTHENTICATIONFAILED] no"
    with pytest.raises(CommandError, match="BOUNCE_MAILBOX_URL"):
        call_command("read_mailbox")


@pytest.mark.parametrize(
    ("answer", "level"),
    [("NO [AUTHENTICATIONFAILED] no", logging.ERROR), ("NO [UNAVAILABLE] no", logging.WARNING)],
)
def test_the_task_logs_and_the_fault_stays_readable_until_it_is_over(
    mailbox, caplog, answer, level
):
    mailbox.login_answer = answer
    assert task() == 0
    assert [record.levelno for record in caplog.records if "mailbox" in record.message] == [level]
    assert PASSWORD not in caplog.text
    assert "BOUNCE_MAILBOX_URL" in Bookmark.objects.get().error
    mailbox.login_answer = ""
    task()
    bookmark = Bookmark.objects.get()
    assert bookmark.error == ""
    assert bookmark.read_at


def test_the_log_holds_no_address(mailbox, delivery, caplog):
    caplog.set_level(logging.INFO)
    mailbox.add(postfix(), reply("afwezig", headers=AUTO))
    read_mailbox()
    assert "hard_bounce" in caplog.text
    assert TO not in caplog.text
    assert OURS not in caplog.text


@pytest.mark.parametrize(
    "url",
    ["", "imap.example.nl", "pop3://u:p@h/", "imaps://h/INBOX", "imaps://u:p@h:port/", "imaps://["],
)
def test_what_is_not_a_mailbox(url):
    with pytest.raises(MailboxError, match="BOUNCE_MAILBOX_URL"):
        parse_address(url)


def test_the_parts_of_an_address():
    one = parse_address(mailbox_url(993, scheme="imaps").replace("/INBOX", "/Terug%20gekomen"))
    assert (one.user, one.password, one.folder) == (USER, PASSWORD, "Terug gekomen")
    assert (parse_address("imaps://u:p@h").port, parse_address("imap+tls://u:p@h").port) == (
        993,
        143,
    )
    assert PASSWORD not in str(one)
