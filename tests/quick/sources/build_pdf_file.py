"""Small PDF files, drawn by the tests."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

from pypdf import PdfReader, PdfWriter
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

LEFT = 72.0
TOP = 760.0


class Sheet:
    """A PDF drawn line by line, from the top of each page."""

    def __init__(self) -> None:
        self._buffer = io.BytesIO()
        self.canvas = Canvas(self._buffer, pagesize=A4, invariant=True)
        self.y = TOP

    def line(
        self, text: str, *, size: float = 11, bold: bool = False, x: float = LEFT, skip: float = 0
    ) -> Sheet:
        self.y -= skip
        self.canvas.setFont("Times-Bold" if bold else "Times-Roman", size)
        self.canvas.drawString(x, self.y, text)
        self.y -= 1.2 * size
        return self

    def row(self, cells: Sequence[tuple[float, str]]) -> Sheet:
        self.canvas.setFont("Times-Roman", 10)
        for x, text in cells:
            self.canvas.drawString(x, self.y, text)
        self.y -= 13
        return self

    def at(self, x: float, y: float, text: str) -> Sheet:
        self.canvas.setFont("Times-Roman", 10)
        self.canvas.drawString(x, y, text)
        return self

    def new_page(self) -> Sheet:
        self.canvas.showPage()
        self.y = TOP
        return self

    def bytes(self) -> bytes:
        self.canvas.save()
        return self._buffer.getvalue()

    def save(self, path: Path) -> Path:
        path.write_bytes(self.bytes())
        return path


def picture() -> ImageReader:
    """A small grey picture, to be drawn as a scan's page."""
    return ImageReader(io.BytesIO(b"P5 4 6 255\n" + bytes([200] * 24)))


def encrypted(
    data: bytes, path: Path, *, password: str, owner: str = "owner", algorithm: str
) -> Path:
    """The same PDF, encrypted."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(data)))
    writer.encrypt(password, owner, algorithm=algorithm)
    with path.open("wb") as file:
        writer.write(file)
    return path
