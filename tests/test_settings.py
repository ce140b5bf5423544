"""Settings: read from the environment, its files and the data directory; what is wrong is said in one sentence."""

import stat
from pathlib import Path

import pytest

from campaign_site.environment import SettingsFaultError
from campaign_site.settings import (
    Settings,
    has_room,
    make_data_directory,
    read_settings,
    shipped,
)
from tipline.sealing import Identity
from tipline.settings import AbuseMode, MailServer, Security


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    make_data_directory(folder)
    return folder


def read(data: Path, **environment: str) -> Settings:
    return read_settings({"SIGNAALLIJN_DATA": str(data), **environment})


def fault(data: Path, **environment: str) -> str:
    with pytest.raises(SettingsFaultError) as caught:
        read(data, **environment)
    said = str(caught.value)
    assert "\n" not in said
    return said


def test_a_data_directory_is_for_nobody_else_to_read(data: Path) -> None:
    assert stat.S_IMODE(data.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in data.iterdir()} == {0o600}
    assert len(bytes.fromhex((data / "salt").read_text("ascii"))) == 32


def test_two_data_directories_share_no_secret(data: Path, tmp_path: Path) -> None:
    make_data_directory(tmp_path / "other")
    for name in ("salt", "secret.key"):
        assert (data / name).read_text("ascii") != (tmp_path / "other" / name).read_text("ascii")


def test_a_folder_that_is_in_use_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", "ascii")
    with pytest.raises(SettingsFaultError, match="is not empty"):
        make_data_directory(tmp_path)
    assert [each.name for each in tmp_path.iterdir()] == ["file"]


def test_the_defaults_serve_this_machine(data: Path) -> None:
    settings = read_settings({"SIGNAALLIJN_DATA": str(data)})
    assert settings.base_url == "http://localhost:8000"
    assert settings.desk_url == "http://desk.localhost:8000"
    assert settings.tipline.database_url == f"sqlite:///{data / 'signaallijn.sqlite3'}"
    assert settings.content == shipped("content")
    assert not settings.is_demo
    assert len(settings.tipline.salt) == 32


def test_no_repr_shows_a_secret(data: Path) -> None:
    settings = read_settings({"SIGNAALLIJN_DATA": str(data), "SIGNAALLIJN_DATABASE_URL": "postgresql://u:geheim@h/d"})
    shown = repr(settings) + repr(settings.tipline)
    for secret in (settings.tipline.secret_keys[0], settings.tipline.salt.hex(), repr(settings.tipline.salt), "geheim"):
        assert secret not in shown


def test_a_value_may_come_from_a_file(data: Path, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("k" * 32 + "\n", "ascii")
    settings = read_settings({"SIGNAALLIJN_DATA": str(data), "SIGNAALLIJN_SECRET_KEY_FILE": str(tmp_path / "key")})
    assert settings.tipline.secret_keys == ("k" * 32,)
    assert "can't be read" in fault(data, SIGNAALLIJN_SECRET_KEY_FILE=str(tmp_path / "none"))


def test_several_secrets_rotate_newest_first(data: Path) -> None:
    settings = read_settings({"SIGNAALLIJN_DATA": str(data), "SIGNAALLIJN_SECRET_KEY": f"{'n' * 32}, {'o' * 32},"})
    assert settings.tipline.secret_keys == ("n" * 32, "o" * 32)


@pytest.mark.parametrize("keys", ["k" * 31, f"{'k' * 32},short", " , "])
def test_a_weak_secret_is_refused_and_not_repeated(data: Path, keys: str) -> None:
    said = fault(data, SIGNAALLIJN_SECRET_KEY=keys)
    assert "at least 32 characters" in said
    assert "short" not in said


def test_without_init_there_is_nothing_to_serve(tmp_path: Path) -> None:
    assert "run `signaallijn init` first" in fault(tmp_path / "none")


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("SIGNAALLIJN_CONTENT", "nowhere", "holds no content"),
        ("SIGNAALLIJN_SLOT_MINUTES", "7", "divides a day"),
        ("SIGNAALLIJN_SLOT_MINUTES", "-15", "divides a day"),
        ("SIGNAALLIJN_SLOT_MINUTES", "soon", "divides a day"),
        ("SIGNAALLIJN_SMTP_URL", "mail.example.nl:25", "SIGNAALLIJN_SMTP_URL must be like"),
        ("SIGNAALLIJN_SMTP_URL", "https://mail.example.nl", "SIGNAALLIJN_SMTP_URL must be like"),
        ("SIGNAALLIJN_SMTP_URL", "smtps://mail.example.nl:port", "SIGNAALLIJN_SMTP_URL must be like"),
        ("SIGNAALLIJN_SMTP_URL", "smtps://noor@mail.example.nl", "SIGNAALLIJN_SMTP_URL must be like"),
        ("SIGNAALLIJN_SMTP_URL", "smtp://noor:geheim@mail.example.nl", "must begin with smtps"),
        ("SIGNAALLIJN_ABUSE", "captcha", "must be off, proof-of-work or hcaptcha"),
        ("SIGNAALLIJN_ABUSE", "hcaptcha", "set SIGNAALLIJN_HCAPTCHA_SITEKEY"),
        ("SIGNAALLIJN_HCAPTCHA_SECRET", "geheim", "counts only with SIGNAALLIJN_ABUSE=hcaptcha"),
        ("SIGNAALLIJN_BASE_URL", "example.nl", "SIGNAALLIJN_BASE_URL"),
        ("SIGNAALLIJN_BASE_URL", "ftp://example.nl", "SIGNAALLIJN_BASE_URL"),
        ("SIGNAALLIJN_BASE_URL", "http://example.nl", "must begin with https"),
        ("SIGNAALLIJN_BASE_URL", "https://example.nl/site", "SIGNAALLIJN_BASE_URL"),
        ("SIGNAALLIJN_DESK_URL", "http://localhost.example.nl", "must begin with https"),
        ("SIGNAALLIJN_DESK_URL", "http://localhost:9000", "host name of its own"),
    ],
)
def test_what_is_wrong_is_said_by_name(data: Path, name: str, value: str, said: str) -> None:
    assert said in fault(data, **{name: value})


@pytest.mark.parametrize(
    "address", ["https://example.nl", "https://example.nl/", "http://127.0.0.1:1", "http://a.localhost"]
)
def test_an_address_may_be_secure_or_here(data: Path, address: str) -> None:
    settings = read_settings({"SIGNAALLIJN_DATA": str(data), "SIGNAALLIJN_BASE_URL": address})
    assert settings.base_url == address.rstrip("/")


def test_all_that_is_wrong_is_told_at_once(data: Path) -> None:
    (data / "salt").unlink()
    with pytest.raises(SettingsFaultError) as caught:
        read(
            data,
            SIGNAALLIJN_BASE_URL="http://example.nl",
            SIGNAALLIJN_DESK_URL="http://desk.example.nl",
            SIGNAALLIJN_SECRET_KEY="short",
            SIGNAALLIJN_SLOT_MINUTES="61",
            SIGNAALLIJN_CONTENT="nowhere",
            SIGNAALLIJN_BACKUP_RECIPIENT="age1",
        )
    told = "\n".join(caught.value.sentences)
    for part in ("salt is missing", "BASE_URL", "DESK_URL", "32 characters", "SLOT_MINUTES", "no content", "age1pq1"):
        assert part in told
    assert len(caught.value.sentences) == 7


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("SIGNAALLIJN_BASEURL", "SIGNAALLIJN_BASEURL is no setting; did you mean SIGNAALLIJN_BASE_URL?"),
        ("SIGNAALLIJN_BASEURL_FILE", "SIGNAALLIJN_BASEURL is no setting; did you mean SIGNAALLIJN_BASE_URL?"),
        ("SIGNAALLIJN_QWERTZ", "SIGNAALLIJN_QWERTZ is no setting; leave it out"),
    ],
)
def test_a_name_that_no_setting_has_is_refused_and_its_value_not_repeated(data: Path, name: str, said: str) -> None:
    assert fault(data, **{name: "geheim"}) == said


def test_an_empty_value_is_none(data: Path) -> None:
    read(data, SIGNAALLIJN_SMTP_URL="", SIGNAALLIJN_BASEURL="")


@pytest.mark.parametrize("mode", [0o750, 0o707, 0o755])
def test_a_data_directory_that_others_may_enter_is_refused(data: Path, mode: int) -> None:
    data.chmod(mode)
    assert f"chmod 700 {data}" in fault(data)


def test_a_data_directory_whose_disk_is_full_or_gone_has_no_room(data: Path) -> None:
    assert has_room(data)
    assert not has_room(data / "gone")
    assert not has_room(Path("/proc"))  # can't be written, has no free blocks


def test_a_recipient_for_back_ups_is_read(data: Path) -> None:
    recipient = Identity.new().recipient
    settings = read_settings({"SIGNAALLIJN_DATA": str(data), "SIGNAALLIJN_BACKUP_RECIPIENT": recipient})
    assert settings.backup_recipient == recipient


def test_tips_wait_for_the_hour_unless_told_otherwise_and_in_a_demonstration_for_nothing(data: Path) -> None:
    assert read(data).tipline.slot_minutes == 60
    assert read(data, SIGNAALLIJN_SLOT_MINUTES="0").tipline.slot_minutes == 0
    assert read_settings({"SIGNAALLIJN_DATA": str(data)}, is_demo=True).tipline.slot_minutes == 0


def test_a_mail_server_is_read_from_one_address_and_its_password_not_shown(data: Path) -> None:
    smtp = read(data, SIGNAALLIJN_SMTP_URL="smtp+starttls://desk:g%40heim@mail.example.nl").tipline.smtp
    assert smtp == MailServer(Security.STARTTLS, "mail.example.nl", 587, "desk", "g@heim")
    assert "g@heim" not in repr(smtp)
    assert read(data).tipline.smtp is None


def test_pages_know_whether_coordinators_are_told_by_mail_and_a_demonstration_prints_its_mails(data: Path) -> None:
    assert read(data, SIGNAALLIJN_SMTP_URL="smtps://mail.example.nl").has_mail
    assert not read(data).has_mail
    assert read_settings({"SIGNAALLIJN_DATA": str(data)}, is_demo=True).has_mail


def test_hcaptcha_is_on_only_when_it_is_asked_for_with_both_keys(data: Path) -> None:
    keys = {"SIGNAALLIJN_HCAPTCHA_SITEKEY": "site", "SIGNAALLIJN_HCAPTCHA_SECRET": "geheim"}
    abuse = read(data, SIGNAALLIJN_ABUSE="hcaptcha", **keys).tipline.abuse
    assert (abuse.mode, abuse.hcaptcha_sitekey, abuse.hcaptcha_secret) == (AbuseMode.HCAPTCHA, "site", "geheim")
    assert "geheim" not in repr(abuse)
    assert read(data).tipline.abuse.mode is AbuseMode.PROOF_OF_WORK
