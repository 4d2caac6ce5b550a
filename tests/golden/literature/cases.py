#!/usr/bin/env python3
"""cases.py DATA [--write]: Zotero's test cases of literature formats, and CNKI's, against what the warehouse holds of them.

Every input is loaded with psyrad ingest literature into $PSYRAD_URL and each item is compared field by field.  A difference must stand in
differences.tsv beside this file, with a reason; one that is not listed, and a listed one that is none any more, fail.  A field of Zotero's that the
warehouse has no column for must be found whole in some other column of the same row: nothing may be lost.  The cases are not part of the project: see
shared/data/evidence/SOURCES.md.  --write prints the list anew, keeping reasons.
"""
import html, json, os, re, subprocess, sys, tempfile, hashlib

here = os.path.dirname(os.path.abspath(__file__))
sets = ["ris", "medline", "wos", "bibtex", "refer", "endnotexml", "refworks", "ovid"]
columns = """title title_translated title_original authors authors_translated editors type types year date date_written journal journal_abbrev series volume
issue pages page_first page_last article_number doi pmid pmcid accession databases issn isbn keywords mesh abstract abstract_translated language publisher
place urls notes affiliations extra""".split()


def cases(data):
    for name in sets:
        for i, case in enumerate(json.load(open(f"{data}/formats/zotero_{name}_testcases.json", encoding="utf-8"))):
            yield f"{name}_{i:02}", case["input"], case["items"]
    for name in ["cnki_refworks.txt", "cnki_refer.enw"]:
        loaded = json.load(open(f"{data}/formats/{name}.expected_zotero.json", encoding="utf-8"))
        for i, case in enumerate(loaded):
            yield f"{name.split('.')[0]}_{i:02}", case["input"], case["items"]


def load(every):
    """name -> rows, in the order of the file."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text, _ in every:
            with open(f"{folder}/{name}", "w", encoding="utf-8", newline="") as f:
                f.write(text)
        run = subprocess.run(["psyrad", "ingest", "literature", "--root", folder] + [f"{folder}/{name}" for name, _, _ in every], capture_output=True, text=True)
        if run.returncode != 0:
            sys.exit(f"psyrad: exit {run.returncode}\n{run.stdout}{run.stderr}")
    sql = "COPY (SELECT f.path, to_jsonb(r) FROM evidence.source_record r JOIN ingest.file f USING (file_id) ORDER BY f.path, r.ordinal) TO STDOUT"
    out = subprocess.run(["psql", "-XAtq", "-d", os.environ["PSYRAD_URL"], "-c", sql], capture_output=True, text=True, check=True).stdout
    rows = {}
    for line in out.split("\n"):
        if line:
            path, row = line.split("\t", 1)
            rows.setdefault(path, []).append(json.loads(re.sub(r"\\(.)", lambda m: {"n": "\n", "t": "\t", "r": "\r"}.get(m[1], m[1]), row)))
    return rows


def flat(text):
    """Without markup and with single blanks."""
    text = re.sub(r"</?(p|i|b|sub|sup|span|sc|u)\b[^>]*>", "", str(text))
    return re.sub(r"[\s\u00a0\u2028]+", " ", html.unescape(text)).strip()


def bare(text):
    return re.sub(r"[^\w]", "", flat(text)).casefold()


def all_text(value):
    if isinstance(value, dict):
        return " ".join(all_text(v) for v in value.values())
    if isinstance(value, list):
        return " ".join(all_text(v) for v in value)
    return "" if value is None else flat(value)


def name_of(person):
    return flat(person["literal"]) if "literal" in person else flat(", ".join(filter(None, [person.get("family"), person.get("given"), person.get("suffix")])))


def alike(name):
    return re.sub(r"[. ]", "", name).casefold()


def zotero_name(creator):
    return flat(", ".join(filter(None, [creator.get("lastName"), creator.get("firstName")])))


months = {m: i + 1 for i, m in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split())}


def date_of(text):
    """(year, month, day) as far as Zotero's text says them."""
    m = re.match(r"(\d{4})-(\d\d)(?:-(\d\d))?", text)
    if m:
        return tuple(int(x) for x in m.groups() if x)
    year = re.search(r"(?<!\d)(1[4-9]|20|21)\d\d(?!\d)", text)
    month = [months[w[:3].lower()] for w in re.findall(r"[A-Za-z]{3,}", text) if w[:3].lower() in months]
    return (int(year[0]),) + ((month[0],) if month else ()) if year else ()


# Zotero's types, of which ours says what is common to several.
types = {"journal_article": {"journalArticle"}, "conference_abstract": {"journalArticle"}, "book": {"book"}, "book_section": {"bookSection"}, "conference_paper": {"conferencePaper"},
         "thesis": {"thesis"}, "report": {"report"}, "patent": {"patent"}, "standard": {"standard", "statute", "report"}, "dataset": {"dataset", "document"}, "statute": {"statute"},
         "bill": {"bill"}, "hearing": {"hearing"}, "case": {"case"}, "software": {"computerProgram"}, "web_page": {"webpage", "blogPost"}, "newspaper_article": {"newspaperArticle"},
         "magazine_article": {"magazineArticle"}, "reference_entry": {"dictionaryEntry", "encyclopediaArticle"}, "manuscript": {"manuscript"},
         "personal_communication": {"letter", "email"}, "recording": {"film", "videoRecording", "audioRecording"}, "artwork": {"artwork"}, "map": {"map"}, "document": {"document"}}
same = {"volume": "volume", "issue": "issue", "publisher": "publisher", "place": "place", "journalAbbreviation": "journal_abbrev", "series": "series",
        "publicationTitle": "journal", "bookTitle": "journal", "proceedingsTitle": "journal", "university": "publisher", "institution": "publisher"}
ignored = {"itemType", "creators", "tags", "notes", "attachments", "seeAlso", "itemID", "title", "date", "issueDate", "dateDecided", "dateEnacted", "abstractNote", "DOI",
           "ISSN", "ISBN", "pages", "url", "language", "libraryCatalog", "complete", "citationKey"}


def compare(item, row):
    """(field, expected, found) of each difference."""
    held = bare(" ".join(all_text(row.get(c)) for c in columns))

    def kept(value):
        return all(bare(part) in held for part in re.split(r"\n", str(value)))

    def text(field, expected, column):
        found = row.get(column) or ""
        if flat(expected) != flat(found):
            yield field, flat(expected), flat(found)

    if item["itemType"] not in types.get(row["type"], {"document"} if row["type"] is None else set()):
        yield "itemType", item["itemType"], row["type"]
    # Zotero takes the full stop off Ovid's titles.
    title = flat(item.get("title") or item.get("caseName") or item.get("nameOfAct") or item.get("subject") or "")
    if title.rstrip(".") != flat(row["title"] or "").rstrip("."):
        yield "title", title, row["title"] or ""
    primary = [c for c in item["creators"] if c["creatorType"] not in ("editor", "translator", "seriesEditor", "contributor", "reviewedAuthor", "counsel", "castMember", "producer",
                                                                      "scriptwriter", "cosponsor", "recipient", "wordsBy", "attorneyAgent", "commenter", "performer", "bookAuthor", "guest")]
    found = [name_of(p) for p in row["authors"] or []]
    # Zotero sets points behind initials and takes capitals out of names; the warehouse keeps what the file says.
    if [alike(zotero_name(c)) for c in primary] != [alike(f) for f in found]:
        yield "authors", "; ".join(zotero_name(c) for c in primary), "; ".join(found)
    editors = [name_of(p) for p in row["editors"] or []]
    for c in item["creators"]:
        if c["creatorType"] == "editor" and zotero_name(c) not in editors and not kept(zotero_name(c)):
            yield "editors", zotero_name(c), "; ".join(editors)
        elif c not in primary and not kept(zotero_name(c)):
            yield "creators", c["creatorType"] + " " + zotero_name(c), ""
    date = item.get("date") or item.get("issueDate") or item.get("dateDecided") or item.get("dateEnacted") or ""
    ours = tuple(int(x) for x in (row["date"] or "").split("-") if x) or ((row["year"],) if row["year"] else ())
    if date_of(date) != ours[:len(date_of(date))] or (ours and not date_of(date)):
        yield "date", date, row["date"] or ""
    if date and not date_of(date) and not all(kept(word) for word in re.sub("^0000 ", "", date).split()):
        yield "date", date, "not kept"
    yield from text("abstract", item.get("abstractNote", ""), "abstract")
    if item.get("DOI", "").lower() != (row["doi"] or ""):
        yield "doi", item.get("DOI", "").lower(), row["doi"] or ""
    for field, column in (("ISSN", "issn"), ("ISBN", "isbn")):
        expected = re.findall(r"[\dX-]{8,}", item.get(field, ""))
        if {e.replace("-", "") for e in expected} != {f.replace("-", "") for f in row[column] or []} and not (item.get(field) and not expected and kept(item[field])):
            yield field.lower(), item.get(field, ""), ", ".join(row[column] or [])
    pages = re.sub(r"[–—]|--", "-", flat(item.get("pages") or item.get("numPages") or item.get("firstPage") or item.get("codePages") or ""))
    if pages != re.sub(r"[–—]|--", "-", row["pages"] or "") and pages != "-".join(filter(None, [row["page_first"], row["page_last"]])):
        yield "pages", pages, row["pages"] or ""
    if item.get("url") and item["url"] not in (row["urls"] or []) and not kept(item["url"]):
        yield "url", item["url"], ", ".join(row["urls"] or [])
    if item.get("language") and flat(item["language"]).rstrip(".;") != flat(row["language"] or "").rstrip(".;"):
        yield "language", item["language"], row["language"]
    tags = {flat(t["tag"] if isinstance(t, dict) else t) for t in item["tags"]}
    keywords = {flat(k) for k in (row["keywords"] or []) + (row["mesh"] or [])}
    if tags != keywords:
        yield "keywords", "; ".join(sorted(tags - keywords)), "; ".join(sorted(keywords - tags))
    for note in item["notes"]:
        note = note["note"] if isinstance(note, dict) else note
        if "no corresponding Zotero field" in note:
            for part in note.split("<br/>")[1:]:
                if not kept(re.sub(r"^[\w-]+:? ", "", flat(part))):
                    yield "notes", flat(part), ""
        elif not kept(re.sub(r"^[A-Z][\w /-]*: ?", "", flat(note))):
            yield "notes", flat(note), " | ".join(row["notes"] or [])
    for field, value in item.items():
        if field in same and flat(value) != flat(row[same[field]] or ""):
            if not kept(value):
                yield field, value, row[same[field]]
        elif field not in ignored and field not in same and not kept(re.sub(r"^[\w .-]*: |(学位论文|學位論文)$", "", str(value), flags=re.M)):
            yield field, value, "not kept"


def main():
    data, write = sys.argv[1], "--write" in sys.argv
    every = list(cases(data))
    rows = load(every)
    listed = {}
    path = f"{here}/differences.tsv"
    if os.path.exists(path):
        for line in open(path, encoding="utf-8"):
            if not line.startswith("#") and line.strip():
                case, number, field, mark, reason = line.rstrip("\n").split("\t")
                listed[case, number, field, mark] = reason
    seen, fields, bad = {}, 0, 0
    for name, _, items in every:
        got = rows.get(name, [])
        if len(got) != len(items):
            print(f"{name}: {len(got)} records, expected {len(items)}")
            bad += 1
        for i, (item, row) in enumerate(zip(items, got), 1):
            fields += len(item)
            for field, expected, found in compare(item, row):
                # The mark ties the reason to what is found now: another difference in the same place is a new one.
                mark = hashlib.sha256(f"{expected}\x00{found}".encode()).hexdigest()[:8]
                seen[name, str(i), field, mark] = (expected, found)
    for key, (expected, found) in seen.items():
        if write:
            print("\t".join(key + (listed.get(key, "?"),)))
        elif key not in listed:
            bad += 1
            print(f"{key[0]} item {key[1]} {key[2]} ({key[3]})\n  expected: {str(expected)[:300]}\n  found:    {str(found)[:300]}")
    for key in listed.keys() - seen.keys():
        if not write:
            bad += 1
            print(f"listed but no difference any more: {' '.join(key)}")
    if not write:
        print(f"{len(every)} inputs, {sum(len(i) for _, _, i in every)} items, {fields} fields, {len(seen)} differences listed, {bad} wrong")
    sys.exit(1 if bad else 0)


main()
