"""What a stranger puts before a file to make a parser read or expand something."""

from pathlib import Path

#: What the file outside holds: no answer may show it.
SECRET = "SECRET"
_LAUGHS = b"""<!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;">]>"""


def prologs(folder: Path) -> tuple[bytes, ...]:
    """Document types that make the entity `d` a billion laughs, a file or a page."""
    file = folder / "secret"
    file.write_text(SECRET)
    external = f'<!DOCTYPE x [<!ENTITY d SYSTEM "file://{file}">]>'.encode()
    return _LAUGHS, external, b'<!DOCTYPE x SYSTEM "http://localhost/x.dtd">'
