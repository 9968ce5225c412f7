"""Event files: records with right checksums whose messages say what was written."""

import struct
from pathlib import Path

import numpy as np
import pytest

import steepest
from steepest.serialization.protobuf import masked_checksum
from steepest.utils.tensorboard import SummaryWriter


def fields(message: bytes) -> list[tuple[int, object]]:
    """The fields of a message in order: numbers, or bytes."""
    found, at = [], 0

    def varint() -> int:
        nonlocal at
        value, shift = 0, 0
        while True:
            byte = message[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    while at < len(message):
        key = varint()
        if key & 7 == 0:
            found.append((key >> 3, varint()))
        elif key & 7 == 1:
            found.append((key >> 3, struct.unpack("<d", message[at:at + 8])[0]))
            at += 8
        elif key & 7 == 5:
            found.append((key >> 3, struct.unpack("<f", message[at:at + 4])[0]))
            at += 4
        else:
            size = varint()
            found.append((key >> 3, message[at:at + size]))
            at += size
    return found


def events(folder: Path) -> list[dict[int, object]]:
    (path,) = folder.glob("events.out.tfevents.*")
    content, found, at = path.read_bytes(), [], 0
    while at < len(content):
        (size,) = struct.unpack("<Q", content[at:at + 8])
        body = content[at + 12:at + 12 + size]
        assert masked_checksum(content[at:at + 8]) == content[at + 8:at + 12]
        assert masked_checksum(body) == content[at + 12 + size:at + 16 + size]
        found.append(dict(fields(body)))
        at += 16 + size
    return found


def value(event: dict[int, object]) -> dict[int, object]:
    return dict(fields(dict(fields(event[5]))[1]))


def test_the_checksum_is_crc_32c():
    # the check value of CRC-32C over "123456789" is E3069283
    crc = struct.unpack("<I", masked_checksum(b"123456789"))[0]
    rotated = (crc - 0xA282EAD8) & 0xFFFFFFFF
    assert (rotated >> 17 | rotated << 15) & 0xFFFFFFFF == 0xE3069283


def test_what_is_written_can_be_read(tmp_path):
    with SummaryWriter(tmp_path) as writer:
        writer.add_scalar("loss", steepest.tensor(0.25), 3)
        writer.add_histogram("weights", steepest.arange(10.0), 1)
        writer.add_image("picture", steepest.zeros(3, 4, 5), 1)
        writer.add_text("note", "hello", 1)
    first, loss, histogram, picture, note = events(tmp_path)
    assert first[3] == b"brain.Event:2"
    assert loss[2] == 3 and value(loss)[1] == b"loss" and value(loss)[2] == 0.25
    found = dict(fields(value(histogram)[5]))
    assert (found[1], found[2], found[3], found[4], found[5]) == (0.0, 9.0, 10.0, 45.0, 285.0)
    assert np.frombuffer(found[7], "<f8").sum() == 10 and len(found[6]) == len(found[7])
    shown = dict(fields(value(picture)[4]))
    assert (shown[1], shown[2]) == (4, 5) and shown[4][:4] == b"\x89PNG"
    assert dict(fields(value(note)[8]))[8] == b"hello"


def test_a_scalar_must_be_one_number(tmp_path):
    with SummaryWriter(tmp_path) as writer, pytest.raises(ValueError, match="scalar should be 0D"):
        writer.add_scalar("loss", steepest.ones(2))


def test_a_closed_writer_may_be_flushed(tmp_path):
    writer = SummaryWriter(tmp_path)
    writer.close()
    writer.flush()
    writer.add_scalar("a", 1.0)          # opens the file again
    writer.close()
    assert len(list(tmp_path.iterdir())) == 1
