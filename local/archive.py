"""The form of a backup: one compressed tar file, in it a manifest and the files that the manifest tells of."""

import gzip
import json
import os
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from hashlib import sha256
from importlib.metadata import version
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import IO

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from cases.carrying import SCHEMA

FORM = 1
"""Version of the form; a newer release reads older ones."""
MANIFEST = "manifest.json"
_COMPRESSION = 1
"""Most of it is encrypted or digests: more work gains next to nothing."""
_CHUNK = 1 << 20
_UNREADABLE = (tarfile.TarError, gzip.BadGzipFile, zlib.error, EOFError)


class BackupRefused(Exception):
    """It cannot be done so. `code` is for programs, the message for people: what is wrong, and what would be right."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


class Content(BaseModel):
    """One file of a backup."""

    model_config = ConfigDict(frozen=True)

    size: int
    sha256: str


class Manifest(BaseModel):
    """What a backup holds, when it was made, and by which release."""

    model_config = ConfigDict(frozen=True)

    form: int
    version: str
    cases: int
    """Version of the form in which cases are carried."""
    made_at: AwareDatetime
    files: dict[str, Content]
    left_out: tuple[str, ...] = ()
    """What is needed and kept elsewhere: keys."""

    @classmethod
    def of(cls, folder: Path, made_at: datetime, left_out: tuple[str, ...] = ()) -> "Manifest":
        """Tell of all files in this folder."""
        files = {name: _content(folder / name) for name in _names(folder)}
        release = version("vip-lifecycle")
        return cls(form=FORM, version=release, cases=SCHEMA, made_at=made_at, files=files, left_out=left_out)


def pack(folder: Path, manifest: Manifest, to: Path) -> None:
    """Write the archive, for its owner alone, and have it on the disk."""
    told = manifest.model_dump_json(indent=2).encode()
    with open(os.open(to, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
        packed = gzip.GzipFile(fileobj=file, mode="wb", compresslevel=_COMPRESSION)
        with packed, tarfile.open(fileobj=packed, mode="w|") as tar:
            _add(tar, MANIFEST, BytesIO(told), len(told), manifest)
            for name, content in manifest.files.items():
                with (folder / name).open("rb") as source:
                    _add(tar, name, source, content.size, manifest)
        file.flush()
        os.fsync(file.fileno())


def read_manifest(archive: Path) -> Manifest:
    """What an archive says that it holds. Raises `BackupRefused`, and `OSError` for what cannot be read at all."""
    with _reading(archive) as tar:
        return _manifest(archive, tar)


def unpack(archive: Path, into: Path) -> Manifest:
    """Every file of the archive, each compared with the manifest. Raises `BackupRefused`, and `OSError`."""
    with _reading(archive) as tar:
        manifest = _manifest(archive, tar)
        missing = dict(manifest.files)
        while (member := tar.next()) is not None:
            expected, source = missing.pop(member.name, None), tar.extractfile(member)
            if expected is None or source is None or not _is_inside(member.name):
                raise _damaged(archive, f"{member.name} does not belong there")
            if _write(source, into / member.name) != expected:
                raise _damaged(archive, f"{member.name} is not what was backed up")
        if missing:
            raise _damaged(archive, f"{next(iter(missing))} is missing")
    return manifest


def _damaged(archive: Path, how: str) -> BackupRefused:
    return BackupRefused("archive_damaged", f"{archive} is damaged: {how}. Take another backup.")


@contextmanager
def _reading(archive: Path) -> Iterator[tarfile.TarFile]:
    with archive.open("rb") as file:
        if file.read(2) != b"\x1f\x8b":
            raise _no_backup(archive)
        file.seek(0)
        try:
            with gzip.GzipFile(fileobj=file) as packed, _opened(archive, packed) as tar:
                yield tar
        except _UNREADABLE as error:
            raise _damaged(archive, f"it cannot be read to its end ({type(error).__name__})") from None


def _opened(archive: Path, packed: gzip.GzipFile) -> tarfile.TarFile:
    try:
        return tarfile.open(fileobj=packed, mode="r|")
    except tarfile.ReadError as error:
        if isinstance(error.__context__, zlib.error):
            raise
        raise _no_backup(archive) from None


def _manifest(archive: Path, tar: tarfile.TarFile) -> Manifest:
    first = tar.next()
    source = tar.extractfile(first) if first is not None and first.name == MANIFEST else None
    if source is None:
        raise _no_backup(archive)
    try:
        told = json.loads(source.read())
        form, cases, release = told["form"], told["cases"], told["version"]
        if form > FORM or cases > SCHEMA:
            raise BackupRefused(
                "archive_too_new",
                f"{archive} was made by release {release}, which keeps more than this one ({version('vip-lifecycle')}) "
                "knows: restore it with that release or a newer one.",
            )
        return Manifest.model_validate(told)
    except (ValueError, ValidationError, TypeError, KeyError):
        raise _damaged(archive, "its manifest cannot be read") from None


def _no_backup(archive: Path) -> BackupRefused:
    return BackupRefused("not_an_archive", f"{archive} is no backup: vip backup FILE makes one.")


def _add(tar: tarfile.TarFile, name: str, source: IO[bytes], size: int, manifest: Manifest) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode, entry.mtime = size, 0o600, int(manifest.made_at.timestamp())
    tar.addfile(entry, source)


def _is_inside(name: str) -> bool:
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts


def _names(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def _content(path: Path) -> Content:
    with path.open("rb") as file:
        digest = sha256()
        while part := file.read(_CHUNK):
            digest.update(part)
        return Content(size=file.tell(), sha256=digest.hexdigest())


def _write(source: IO[bytes], to: Path) -> Content:
    _make_folder(to.parent)
    digest = sha256()
    with open(os.open(to, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
        while part := source.read(_CHUNK):
            file.write(part)
            digest.update(part)
        file.flush()
        os.fsync(file.fileno())
        return Content(size=file.tell(), sha256=digest.hexdigest())


def _make_folder(path: Path) -> None:
    if not path.exists():
        _make_folder(path.parent)
        path.mkdir(mode=0o700)
