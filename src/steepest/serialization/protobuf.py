"""Messages of protocol buffers, written field by field (protobuf.dev, "Encoding"), and records of event files with their checksums."""

import struct
from collections.abc import Iterable

__all__ = ["doubles", "integer", "message", "number", "record", "single", "string"]


def varint(value: int) -> bytes:
    """An integer in groups of seven bits, the lowest first; negative ones as 64-bit two's complement."""
    value &= (1 << 64) - 1
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _field(number_of: int, wire: int, content: bytes) -> bytes:
    return varint(number_of << 3 | wire) + content


def integer(field: int, value: int) -> bytes:
    """A field that is an integer or an enumeration."""
    return _field(field, 0, varint(value))


def number(field: int, value: float) -> bytes:
    """A double."""
    return _field(field, 1, struct.pack("<d", value))


def single(field: int, value: float) -> bytes:
    """A float."""
    return _field(field, 5, struct.pack("<f", value))


def string(field: int, value: str | bytes) -> bytes:
    """A text or bytes."""
    content = value.encode() if isinstance(value, str) else value
    return _field(field, 2, varint(len(content)) + content)


def message(field: int, *parts: bytes) -> bytes:
    """A field that is itself a message of these fields."""
    return string(field, b"".join(parts))


def doubles(field: int, values: Iterable[float]) -> bytes:
    """Doubles, one after another."""
    content = b"".join(struct.pack("<d", v) for v in values)
    return string(field, content)


def _castagnoli() -> list[int]:
    table = []
    for n in range(256):
        for _ in range(8):
            n = n >> 1 ^ (0x82F63B78 if n & 1 else 0)
        table.append(n)
    return table


_TABLE = _castagnoli()


def masked_checksum(content: bytes) -> bytes:
    """CRC-32C, turned and shifted as in TFRecord files."""
    crc = 0xFFFFFFFF
    for byte in content:
        crc = _TABLE[(crc ^ byte) & 0xFF] ^ crc >> 8
    crc ^= 0xFFFFFFFF
    return struct.pack("<I", ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF)


def record(content: bytes) -> bytes:
    """A record of a TFRecord file: its length and itself, each with a checksum."""
    length = struct.pack("<Q", len(content))
    return length + masked_checksum(length) + content + masked_checksum(content)
