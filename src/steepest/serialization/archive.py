"""The container of PyTorch's files: a zip archive, uncompressed, every record aligned to 64 bytes.

Written is what PyTorch 2.13 writes, byte for byte in its layout: sizes and checksums follow the data, padding is an extra
field `FB`, and the end is always in the zip64 form. (Format: PKWARE, APPNOTE.TXT, version 6.3, sections 4.3 and 4.5.3.)
"""

import hashlib
import struct
import zipfile
import zlib
from typing import IO, Any

from steepest.errors import text

__all__ = ["ArchiveReader", "ArchiveWriter", "Damaged"]

ALIGNMENT = 64
# Sizes and offsets from here on do not fit the fields of 32 bits.
LARGE = 0xFFFFFFFF
LOCAL_HEADER, DIRECTORY_ENTRY = struct.Struct("<4s5H3L2H"), struct.Struct("<4s6H3L5H2L")
UTF8_NAMES, SIZES_FOLLOW = 0x0800, 0x0008


class Damaged(Exception):
    """A file's content cannot be what was written; the text says what is wrong, without the file's name."""


def zip64_extra(values: list[int]) -> bytes:
    """The extra field that holds the values too large for their own fields."""
    large = [value for value in values if value >= LARGE]
    return struct.pack(f"<2H{len(large)}Q", 1, 8 * len(large), *large) if large else b""


class ArchiveWriter:
    """Writes records one after the other into `file`, under the folder `root`; `close` writes the list of them."""

    def __init__(self, file: IO[bytes], root: str):
        self.file, self.root, self.position = file, root, 0
        self.entries: list[tuple[bytes, int, int, int, int]] = []

    def put(self, data: Any) -> None:
        self.file.write(data)
        self.position += len(data)

    def record(self, name: str, data: Any) -> None:
        """Write one record; `data` is bytes or anything with the buffer protocol and one byte an item."""
        path, start, size = f"{self.root}/{name}".encode(), self.position, len(data)
        extra = zip64_extra([size, size, start])
        unpadded = start + LOCAL_HEADER.size + len(path) + len(extra) + 4
        padding = -unpadded % ALIGNMENT
        extra += b"FB" + struct.pack("<H", padding) + b"Z" * padding
        flags = UTF8_NAMES | (SIZES_FOLLOW if size else 0)
        self.put(LOCAL_HEADER.pack(b"PK\3\4", 0, flags, 0, 0, 0, 0, 0, 0, len(path), len(extra)) + path + extra)
        self.put(data)
        checksum = zlib.crc32(data)
        if size:
            sizes = "<4sL2Q" if max(size, start) >= LARGE else "<4s3L"
            self.put(struct.pack(sizes, b"PK\7\x08", checksum, size, size))
        self.entries.append((path, flags, checksum, size, start))

    def close(self) -> None:
        """Write the version, an identifier of the content, and the list of the records."""
        self.record("version", b"3\n")
        content = hashlib.sha256(repr([(path, checksum) for path, _, checksum, _, _ in self.entries]).encode())
        self.record(".data/serialization_id", b"%040d" % (int(content.hexdigest(), 16) % 10**40))
        start = self.position
        for path, flags, checksum, size, offset in self.entries:
            extra = zip64_extra([size, size, offset])
            stored, where = min(size, LARGE), min(offset, LARGE)
            lengths = len(path), len(extra)
            self.put(DIRECTORY_ENTRY.pack(b"PK\1\2", 0, 0, flags, 0, 0, 0, checksum, stored, stored, *lengths, 0, 0, 0, 0, where))
            self.put(path + extra)
        count, length, end = len(self.entries), self.position - start, self.position
        self.put(struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 0x031E, 45, 0, 0, count, count, length, start))
        self.put(struct.pack("<4sLQL", b"PK\6\7", 0, end, 1))
        few = min(count, 0xFFFF)
        self.put(struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, few, few, min(length, LARGE), min(start, LARGE), 0))


class ArchiveReader:
    """Reads the records of a zip archive; raises `Damaged` where they are not what its list says."""

    def __init__(self, file: IO[bytes]):
        self.file = file
        try:
            self.zip = zipfile.ZipFile(file)
        except (zipfile.BadZipFile, struct.error, NotImplementedError, UnicodeDecodeError, ValueError) as error:
            raise Damaged(text("damaged-no-directory")) from error
        self.length = file.seek(0, 2)
        self.names = self.zip.namelist()
        self.root = next((name.removesuffix("data.pkl") for name in self.names if name.endswith("/data.pkl")), None)

    def __contains__(self, name: str) -> bool:
        return f"{self.root}{name}" in self.zip.NameToInfo

    def size(self, name: str) -> int:
        """The number of bytes in a record, which is credible: packed by at most the 1032 times that deflate can reach."""
        entry = self.entry(name)
        packed = entry.compress_size
        most = packed if entry.compress_type == zipfile.ZIP_STORED else 1032 * packed
        if packed > self.length or entry.file_size > most:
            raise Damaged(text("damaged-record-cut", record=name, expected=entry.file_size, found=min(most, self.length)))
        return entry.file_size

    def entry(self, name: str) -> zipfile.ZipInfo:
        try:
            return self.zip.getinfo(f"{self.root}{name}")
        except KeyError as error:
            raise Damaged(text("damaged-record-missing", record=name)) from error

    def read(self, name: str) -> bytes:
        """The bytes of a record."""
        data = bytearray(self.size(name))
        self.read_into(name, memoryview(data))
        return bytes(data)

    def read_into(self, name: str, target: memoryview) -> None:
        """Fill `target`, which has the record's size; a stored record is read straight into it."""
        entry = self.entry(name)
        if entry.compress_type != zipfile.ZIP_STORED:
            try:
                target[:] = self.zip.read(entry)
            except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
                raise Damaged(text("damaged-checksum", record=name)) from error
            return
        self.file.seek(min(max(entry.header_offset, 0), self.length))
        header = self.file.read(LOCAL_HEADER.size)
        if len(header) < LOCAL_HEADER.size or header[:4] != b"PK\3\4":
            raise Damaged(text("damaged-header", record=name))
        *_, path_length, extra_length = LOCAL_HEADER.unpack(header)
        self.file.seek(path_length + extra_length, 1)
        found = read_fully(self.file, target)
        if found < len(target):
            raise Damaged(text("damaged-record-cut", record=name, expected=len(target), found=found))
        # PyTorch writes zeros when its checksums are switched off.
        if entry.CRC and zlib.crc32(target) != entry.CRC:
            raise Damaged(text("damaged-checksum", record=name))


def read_fully(file: IO[bytes], target: memoryview) -> int:
    """Fill `target` from `file`; returns how many bytes there were."""
    readinto = getattr(file, "readinto", None)
    done = 0
    while done < len(target):
        if readinto is not None:
            count = readinto(target[done:])
        else:
            piece = file.read(len(target) - done)
            count = len(piece)
            target[done : done + count] = piece
        if not count:
            break
        done += count
    return done
