"""The archival finish of a PDF: structure tree, PDF/A-3a and PDF/UA-1 marks, attachment, signature fields.

The library that draws writes none of these. Every step gives the same bytes for the same input.
"""

from __future__ import annotations

import hashlib
import zlib
from dataclasses import dataclass
from datetime import datetime
from html import escape
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, String

from asl_desktop.resources_access import read_bytes
from reports.layout.surface import Node, PlacedField

if TYPE_CHECKING:
    from collections.abc import Sequence

ARCHIVE_FIELD = "ArchiveTimestamp"
BOARD_FIELD = "Board"


@dataclass(frozen=True, slots=True)
class Facts:
    """What the file says about itself; ``moment`` is the only time in it."""

    title: str
    author: str
    subject: str
    keywords: tuple[str, ...]
    language: str
    moment: datetime


def finish(
    raw: bytes,
    root: Node,
    *,
    facts: Facts,
    fields: Sequence[PlacedField],
    attachment: bytes,
    attachment_name: str,
) -> bytes:
    """Return the finished file.

    Args:
        raw: the drawn pages, with marked content whose ids ``root`` refers to.
        root: the structure of the document.
        facts: title and the like, written to Info and XMP alike.
        fields: where signature fields go; an invisible one for the archive timestamp is added.
        attachment: JSON, embedded as associated data.
        attachment_name: its file name.
    """
    pdf = Pdf.open(BytesIO(raw))
    widgets = _form(pdf, fields)
    _Structure(pdf, widgets).write(root)
    _catalog(pdf, facts)
    _output_intent(pdf)
    _metadata(pdf, facts)
    _attach(pdf, attachment, attachment_name, facts)
    return _save(pdf)


class _Structure:
    """Writes the structure tree and the tree that leads from marks back to it."""

    def __init__(self, pdf: Pdf, widgets: dict[str, tuple[Any, int]]) -> None:
        self.pdf = pdf
        self.widgets = widgets
        self.by_page: list[dict[int, Any]] = [{} for _ in pdf.pages]
        self.by_annotation: list[Any] = []
        self.pages = [page.obj for page in pdf.pages]

    def write(self, root: Node) -> None:
        tree = self.pdf.make_indirect(Dictionary(Type=Name.StructTreeRoot))
        for name, (_, page) in self.widgets.items():
            if not _has_field(root, name):
                root.add("Form", form_field=name, page=page)
        tree.K = Array([self._element(root, tree)])
        numbers: Any = Array()
        for index, marks in enumerate(self.by_page):
            self.pages[index].StructParents = index
            self.pages[index].Tabs = Name.S
            parents = Array([marks.get(i, None) for i in range(max(marks, default=-1) + 1)])
            numbers.extend(Array([index, self.pdf.make_indirect(parents)]))
        for offset, (widget, element) in enumerate(self.by_annotation):
            key = len(self.by_page) + offset
            widget.StructParent = key
            numbers.extend(Array([key, element]))
        tree.ParentTree = self.pdf.make_indirect(Dictionary(Nums=numbers))
        tree.ParentTreeNextKey = len(self.by_page) + len(self.by_annotation)
        self.pdf.Root.StructTreeRoot = tree

    def _element(self, node: Node, parent: Any) -> Any:
        made = self.pdf.make_indirect(Dictionary(Type=Name.StructElem, S=Name("/" + node.tag), P=parent))
        if node.alt:
            made.Alt = String(node.alt)
        attributes = self._attributes(node)
        if attributes is not None:
            made.A = attributes
        kids = Array()
        home: int | None = None
        if node.form_field:
            widget, page = self.widgets[node.form_field]
            made.Alt = String(f"Signature of the {node.form_field}")
            kids.append(Dictionary(Type=Name.OBJR, Obj=widget, Pg=self.pages[page]))
            self.by_annotation.append((widget, made))
        for kid in node.kids:
            if isinstance(kid, Node):
                if kid.kids or kid.form_field or kid.tag in {"TD", "TH", "LBody"}:
                    kids.append(self._element(kid, made))
            else:
                page, mark = kid
                self.by_page[page][mark] = made
                if home is None:
                    home = page
                    made.Pg = self.pages[page]
                kids.append(mark if page == home else Dictionary(Type=Name.MCR, Pg=self.pages[page], MCID=mark))
        # the check for changes after signing knows a field only by a K that is its reference, not a list of one
        made.K = kids[0] if node.form_field and len(kids) == 1 else kids
        return made

    def _attributes(self, node: Node) -> Any:
        if node.tag == "TH":
            return Dictionary(O=Name.Table, Scope=Name("/" + node.scope))
        if node.tag == "Table" and node.summary:
            return Dictionary(O=Name.Table, Summary=String(node.summary))
        if node.tag == "Figure" and node.bbox:
            return Dictionary(O=Name.Layout, BBox=Array([round(v, 3) for v in node.bbox]), Placement=Name.Block)
        if node.tag == "L":
            return Dictionary(O=Name.List, ListNumbering=Name.Disc)
        return None


def _has_field(node: Node, name: str) -> bool:
    return node.form_field == name or any(isinstance(kid, Node) and _has_field(kid, name) for kid in node.kids)


def _form(pdf: Pdf, fields: Sequence[PlacedField]) -> dict[str, tuple[Any, int]]:
    """Place every signature field now: one added later would stand outside the structure tree."""
    widgets: dict[str, tuple[Any, int]] = {}
    last = len(pdf.pages) - 1
    archive = PlacedField(ARCHIVE_FIELD, "Archive timestamp", last, (0, 0, 0, 0))
    for item in (*fields, archive):
        width, height = item.rect[2] - item.rect[0], item.rect[3] - item.rect[1]
        look = pdf.make_stream(
            b"",
            Type=Name.XObject,
            Subtype=Name.Form,
            BBox=Array([0, 0, round(width, 3), round(height, 3)]),
            Resources=Dictionary(),
        )
        widget = pdf.make_indirect(
            Dictionary(
                Type=Name.Annot,
                Subtype=Name.Widget,
                FT=Name.Sig,
                T=String(item.name),
                TU=String(item.title),
                F=132,
                Rect=Array([round(value, 3) for value in item.rect]),
                P=pdf.pages[item.page].obj,
                AP=Dictionary(N=look),
            )
        )
        if item.name == BOARD_FIELD:
            # the board signs last: afterwards nothing but the archive timestamp may be filled in
            widget.Lock = pdf.make_indirect(
                Dictionary(Type=Name.SigFieldLock, Action=Name.Exclude, Fields=Array([String(ARCHIVE_FIELD)]), P=1)
            )
        page = pdf.pages[item.page].obj
        if "/Annots" not in page:
            page.Annots = Array()
        page.Annots.append(widget)
        widgets[item.name] = (widget, item.page)
    pdf.Root.AcroForm = pdf.make_indirect(
        Dictionary(Fields=Array([widget for widget, _ in widgets.values()]), SigFlags=0)
    )
    return widgets


def _catalog(pdf: Pdf, facts: Facts) -> None:
    root = pdf.Root
    root.MarkInfo = Dictionary(Marked=True)
    root.Lang = String(facts.language)
    root.ViewerPreferences = Dictionary(DisplayDocTitle=True)
    root.PageMode = Name.UseOutlines
    for page in pdf.pages:
        if "/Trans" in page.obj:
            del page.obj["/Trans"]


def _output_intent(pdf: Pdf) -> None:
    profile = _stream(pdf, read_bytes("fonts/pdf/srgb.icc"), N=3, Alternate=Name.DeviceRGB)
    pdf.Root.OutputIntents = Array(
        [
            pdf.make_indirect(
                Dictionary(
                    Type=Name.OutputIntent,
                    S=Name.GTS_PDFA1,
                    OutputConditionIdentifier=String("sRGB IEC61966-2.1"),
                    Info=String("sRGB IEC61966-2.1"),
                    DestOutputProfile=profile,
                )
            )
        ]
    )


_XMP = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
 xmlns:pdf="http://ns.adobe.com/pdf/1.3/" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/"
 xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/">
<dc:format>application/pdf</dc:format>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<dc:creator><rdf:Seq><rdf:li>{author}</rdf:li></rdf:Seq></dc:creator>
<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{subject}</rdf:li></rdf:Alt></dc:description>
<dc:language><rdf:Bag><rdf:li>{language}</rdf:li></rdf:Bag></dc:language>
<xmp:CreatorTool>{tool}</xmp:CreatorTool>
<xmp:CreateDate>{moment}</xmp:CreateDate>
<xmp:ModifyDate>{moment}</xmp:ModifyDate>
<xmp:MetadataDate>{moment}</xmp:MetadataDate>
<pdf:Producer>{tool}</pdf:Producer>
<pdf:Keywords>{keywords}</pdf:Keywords>
<pdfaid:part>3</pdfaid:part>
<pdfaid:conformance>A</pdfaid:conformance>
<pdfuaid:part>1</pdfuaid:part>
</rdf:Description>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA identification schema</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name>
<pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>Part of ISO 14289 to which the file conforms</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas>
</rdf:Description>
</rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>"""
TOOL = "ASL Desktop"


def _metadata(pdf: Pdf, facts: Facts) -> None:
    """Write Info and XMP with equal content."""
    keywords = ", ".join(facts.keywords)
    xmp = _XMP.format(
        title=escape(facts.title),
        author=escape(facts.author),
        subject=escape(facts.subject),
        keywords=escape(keywords),
        language=escape(facts.language),
        tool=TOOL,
        moment=facts.moment.strftime("%Y-%m-%dT%H:%M:%S+00:00"),
    )
    pdf.Root.Metadata = pdf.make_stream(xmp.encode("utf-8"), Type=Name.Metadata, Subtype=Name.XML)
    date = String(facts.moment.strftime("D:%Y%m%d%H%M%S+00'00'"))
    pdf.trailer.Info = pdf.make_indirect(
        Dictionary(
            Title=String(facts.title),
            Author=String(facts.author),
            Subject=String(facts.subject),
            Keywords=String(keywords),
            Creator=String(TOOL),
            Producer=String(TOOL),
            CreationDate=date,
            ModDate=date,
        )
    )


def _attach(pdf: Pdf, data: bytes, name: str, facts: Facts) -> None:
    date = String(facts.moment.strftime("D:%Y%m%d%H%M%S+00'00'"))
    embedded = _stream(pdf, data, Type=Name.EmbeddedFile, Subtype=Name("/application/json"))
    embedded.Params = Dictionary(
        Size=len(data),
        ModDate=date,
        CreationDate=date,
        CheckSum=String(hashlib.md5(data, usedforsecurity=False).digest()),
    )
    spec = pdf.make_indirect(
        Dictionary(
            Type=Name.Filespec,
            F=String(name),
            UF=String(name),
            Desc=String("The whole assessment as data"),
            AFRelationship=Name.Data,
            EF=Dictionary(F=embedded, UF=embedded),
        )
    )
    pdf.Root.AF = Array([spec])
    names = pdf.Root.get("/Names", Dictionary())
    names.EmbeddedFiles = Dictionary(Names=Array([String(name), spec]))
    pdf.Root.Names = names


def _stream(pdf: Pdf, data: bytes, **entries: Any) -> Any:
    made = pdf.make_stream(data, **entries)
    made.write(zlib.compress(data, 9), filter=Name.FlateDecode)
    return made


def _save(pdf: Pdf) -> bytes:
    """Save with every stream as it is: no object streams, nothing compressed again."""
    for item in pdf.objects:
        if isinstance(item, pikepdf.Stream):
            end_clearly(item)
    target = BytesIO()
    pdf.save(
        target,
        deterministic_id=True,
        fix_metadata_version=False,
        min_version="1.7",
        object_stream_mode=pikepdf.ObjectStreamMode.disable,
        stream_decode_level=pikepdf.StreamDecodeLevel.none,
        compress_streams=False,
    )
    return target.getvalue()


def end_clearly(stream: Any) -> None:
    """Wrap a stream whose last byte is a line end into hex digits, which end in ``>``.

    About one compressed stream in 128 ends so; checkers take that byte for the line end before ``endstream`` and call
    the length wrong. The decoded bytes stay what they are.
    """
    raw = stream.read_raw_bytes()
    if raw[-1:] not in {b"\r", b"\n"}:
        return
    found = stream.get("/Filter", Array())
    filters = [found] if isinstance(found, Name) else list(found)
    stream.write(raw.hex().encode("ascii") + b">", filter=Array([Name.ASCIIHexDecode, *filters]))
