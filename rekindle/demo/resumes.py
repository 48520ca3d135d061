"""Three resumes of made-up people, as text, DOCX and PDF. The same bytes each time."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

KNOWN_ALREADY = """Camille Lefèvre
Data engineer
camille.lefevre@example.org | +33 6 12 34 56 78 | Lyon, France

Experience

Data engineer, Ostwind Energy
March 2021 - present
Built the pipelines that forecast wind for forty parks, with Python, Airflow and Spark.

Analyst, Feldweg
September 2017 - February 2021
Reports in SQL, later a warehouse on PostgreSQL.

Education

École Centrale de Lyon, Master of Science, 2012 - 2017

Skills

Python, SQL, Spark, Airflow, PostgreSQL

Languages

French (native), English (fluent)
"""
ENGINEER = """Tamsin Okafor
Senior backend engineer
tamsin.okafor@example.org | +44 7700 900123 | Leeds, United Kingdom

Experience

Senior backend engineer, Blue Heron
January 2022 - present
Owns the booking of payments: Python, PostgreSQL and Kafka.

Backend engineer, Cedar Health
June 2017 - December 2021
Services in Go and Python behind an appointment book for 300 clinics.

Education

University of Leeds, BSc Computer Science, 2014 - 2017

Skills

Python, Go, PostgreSQL, Kafka, Docker, Kubernetes

Languages

English (native), Igbo (fluent)
"""
LEAD = """Rui Almeida
Lead platform engineer
rui.almeida@example.org | +351 912 345 678 | Porto, Portugal

Experience

Lead platform engineer, Tandem Logistics
April 2020 - present
Moved 90 services to Kubernetes without a night shift.

Systems engineer, Quarzwerk
May 2013 - March 2020
Linux, Terraform and the telephone that rang when it failed.

Education

University of Porto, MSc Informatics, 2008 - 2013

Skills

Kubernetes, Linux, Terraform, AWS, Go

Languages

Portuguese (native), English (fluent), German (basic)
"""
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def resumes() -> Sequence[bytes]:
    """The files: text of somebody whom the ATS knows already, a DOCX and a PDF of two who are new."""
    return KNOWN_ALREADY.encode(), _docx(ENGINEER), _pdf(LEAD)


def _docx(text: str) -> bytes:
    """A document with a paragraph for each line."""
    lines = "".join(f"<w:p><w:r><w:t>{escape(line)}</w:t></w:r></w:p>" for line in text.splitlines())
    document = f'<w:document xmlns:w="{_W}"><w:body>{lines}</w:body></w:document>'
    parts: Mapping[str, str] = {"[Content_Types].xml": "<Types/>", "word/document.xml": document}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name), content)  # of no day, so that the bytes are the same
    return buffer.getvalue()


def _pdf(text: str) -> bytes:
    """A page with the lines from top to bottom, in Helvetica; the text is of Latin letters (cp1252)."""
    lines = "".join(f"({line.translate(_ESCAPED)}) Tj T*\n" for line in text.splitlines())
    page = f"BT /F1 11 Tf 15 TL 60 790 Td\n{lines}ET".encode("cp1252")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(page), page),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    file, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(file))
        file += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, table)
    return file + head + b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(file))


_ESCAPED = str.maketrans({"(": r"\(", ")": r"\)", "\\": r"\\"})
