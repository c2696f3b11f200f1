"""Why a delivery or a file is rejected, in words. Every name that the door gives is here."""

from __future__ import annotations

from typing import NamedTuple


class Reason(NamedTuple):
    what: str
    remedy: str


_AGAIN = "Make the extract again and send it as a new delivery."
_SAVE = "Save it as an Excel workbook (.xlsx) with values only, and send it again."
_UNZIPPED = "Send the files themselves, or an ordinary zip of them."
_CSV = "Save the extract as CSV, one file per table, and send it again."

REASONS: dict[str, Reason] = {
    "marker_invalid": Reason(
        "delivery.json is not readable or lacks as_of_date or collection_year.",
        'Write it last, for example {"as_of_date": "2026-10-31", "collection_year": 2027}.',
    ),
    "no_files": Reason("The delivery holds no file.", _AGAIN),
    "too_many_files": Reason("The delivery holds more than 100 files.", "Send one return in one delivery."),
    "not_a_plain_file": Reason("The delivery holds a folder or a link.", "Put plain files into the delivery."),
    "upload_unfinished": Reason("A file has had the name of an unfinished upload for a day.", _AGAIN),
    "files_missing": Reason("A file that delivery.json names has not come for a day.", _AGAIN),
    "marker_twice": Reason("Two files named delivery.json state different things.", "Send each as its own delivery."),
    "zip_empty": Reason("The zip holds no file.", _AGAIN),
    "zip_too_many_files": Reason("The zips hold more than 100 files.", "Send one return in one delivery."),
    "zip_too_large": Reason("The zips hold more than 16 GB.", "Send one return in one delivery."),
    "zip_bomb": Reason("The zip states that it holds far more than its size allows.", _UNZIPPED),
    "zip_path_climbs": Reason("A file in the zip has a path that leads out of it.", _UNZIPPED),
    "zip_path_absolute": Reason("A file in the zip has the path of another machine.", _UNZIPPED),
    "zip_name_twice": Reason("Two files in the zip have the same name.", "Keep each file once."),
    "zip_link": Reason("The zip holds a link or a device.", "Put plain files into it."),
    "zip_encrypted": Reason("The zip needs a password.", "Send it without: the way it is sent protects it."),
    "zip_method": Reason("The zip is packed in a way that is not taken.", _UNZIPPED),
    "zip_in_zip": Reason("The file is a zip inside a zip.", _UNZIPPED),
    "zip_damaged": Reason("The zip cannot be opened: it is damaged or ends in the middle.", _AGAIN),
    "other_archive": Reason("The file is an archive of another kind than zip.", _UNZIPPED),
    "file_empty": Reason("The file is empty.", _AGAIN),
    "no_rows": Reason("There are headings and no rows.", _AGAIN),
    "nul_bytes": Reason("The file holds NUL bytes: it was damaged on its way.", _AGAIN),
    "heading_too_long": Reason("The first line is far too long for a heading.", _CSV),
    "line_ends": Reason("The lines end as those of old Macintosh computers do (CR alone).", _CSV),
    "heading_unknown": Reason("The heading is not that of any file we take.", "Send the file with its heading row."),
    "heading_twice": Reason("A heading occurs twice, so its cells are ambiguous.", "Keep each heading once."),
    "too_many_rows_together": Reason(
        "Together, the files hold more than 500,000 rows that are nobody's in particular: too many to judge at once.",
        "Send fewer years, or fewer of the files, in one delivery.",
    ),
    "too_many_rows_of_one": Reason(
        "More than 5,000 rows of one file are about the same child or worker.",
        "Look for a test record, or for an identifier that was copied down its whole column.",
    ),
    "row_too_long": Reason("A row holds megabytes of text.", "Look for a document pasted into a cell."),
    "rows_ragged": Reason("Most rows have more or fewer cells than the heading.", _CSV),
    "unreadable_csv": Reason("The file is not well-formed CSV: look for a quotation mark that never ends.", _CSV),
    "not_csv_pdf": Reason("The file is a PDF.", _CSV),
    "not_csv_utf16_text": Reason("The file is text in UTF-16.", "Save it as CSV UTF-8 and send it again."),
    "not_csv_xml_or_html": Reason("The file is XML or a web page.", _CSV),
    "not_csv_json": Reason("The file is JSON.", _CSV),
    "workbook_broken": Reason("The workbook cannot be opened: it is damaged or is no Excel workbook.", _SAVE),
    "workbook_too_large": Reason("The workbook is far larger than eleven lists can be.", "Remove all but the lists."),
    "workbook_bomb": Reason("The workbook would unpack to far more than eleven lists can be.", _SAVE),
    "workbook_path_climbs": Reason("The workbook holds a file that would land outside it.", _SAVE),
    "workbook_password": Reason("The workbook has a password.", "Save it without one: the way here is protected."),
    "workbook_binary": Reason("The workbook is of the binary kind (xlsb).", _SAVE),
    "workbook_macros": Reason("The workbook holds macros, which are never run here.", _SAVE),
    "workbook_external_links": Reason(
        "The workbook takes values from other workbooks, which may be older than it.",
        "Break the links (Data, Edit Links), save and send it again.",
    ),
    "zip_not_workbook": Reason(
        "The file is an archive or another document, and no workbook.", "Send the workbook itself."
    ),
    "sheet_too_large": Reason(
        "A sheet has content far below or far right of its list.", "Delete the rows and columns around the list."
    ),
    "sheet_too_wide": Reason("A list has hundreds of columns.", "Keep the columns of the list."),
    "cell_too_long": Reason("A cell holds more text than a spreadsheet allows.", _SAVE),
    "sheet_empty": Reason("The sheet of a list is empty.", "Keep the heading row, also when there is no row under it."),
    "workbook_unknown": Reason(
        "The workbook holds no list of Annex A.", "Send the workbook of the lists, each under its heading row."
    ),
    "workbook_of_tables": Reason(
        "The workbook holds tables of a return that is not taken as a workbook.",
        "Send it as the system makes it: CSV, one file per table, or XML.",
    ),
    "list_incomplete": Reason(
        "The heading begins as one of Annex A does, and lacks too many of the columns of any list.",
        "Send the list with all of its columns.",
    ),
    "key_missing": Reason(
        "A column is missing without which the rows of the list cannot be told apart.",
        "Keep the identifier and the date with which the list begins each row.",
    ),
    "another_council": Reason(
        "A file states another council's number, or is to the byte what another council sent.",
        "If it is yours, correct the number in its header; if not, delete it and tell your information governance.",
    ),
    "xml_doctype": Reason("The message declares a document type, which no census message does.", _AGAIN),
    "xml_entities": Reason("The message declares entities, which no census message does.", _AGAIN),
    "xml_external_entity": Reason("The message points to something outside itself.", _AGAIN),
    "xml_encoding": Reason("The message is in an encoding that is not taken.", "Save it as UTF-8 and send it again."),
    "xml_mixed_encodings": Reason("The message holds bytes that are not of the encoding it states.", _AGAIN),
    "xml_bad_character": Reason("The message holds a character that XML does not allow.", _AGAIN),
    "xml_not_well_formed": Reason("The message is not well-formed XML: it may end in the middle.", _AGAIN),
    "xml_prolog_too_long": Reason("The message begins with too much that is not data.", _AGAIN),
    "xml_wrong_root": Reason("The file is XML, but not a census message.", "Send the message as COLLECT takes it."),
    "xml_header_missing": Reason("The message does not begin with its header.", _AGAIN),
    "xml_collection_unknown": Reason("The message is of a collection that is not taken.", "Nothing to do."),
    "xml_too_deep": Reason("The message has elements inside elements without end.", _AGAIN),
    "xml_row_too_long": Reason(
        "More than a megabyte follows without the end of a record.", "Look for a document pasted into a field."
    ),
    "xml_cell_too_long": Reason("A value is longer than any can be.", "Look for a document pasted into a field."),
    "xml_too_many_lines": Reason("The message has more lines than can be counted.", _AGAIN),
    "return_not_agreed": Reason(
        "The return is not one that this council agreed to send.", "Ask us to extend the agreement first."
    ),
    "table_missing": Reason("Header and Episodes must come together.", "Send both files in one delivery."),
    "table_twice": Reason("Two files or sheets are the same table.", "Send each table once in a delivery."),
    "returns_mixed": Reason(
        "The delivery holds files of more than one return.",
        "Send each return as a delivery of its own: a folder, with delivery.json written last.",
    ),
    "collection_year_differs": Reason(
        "The file states another collection year than delivery.json.", "Correct whichever of the two is wrong."
    ),
    "collection_year_unknown": Reason(
        "The collection year is not one we know.", "Check collection_year in delivery.json, or the dates in the files."
    ),
    "day_to_come": Reason(
        "The day that it describes is after the end of its collection year, and is yet to come.",
        "Check as_of_date in delivery.json, or the reference date in the message's header.",
    ),
    "erased": Reason(
        "Every row is of a child whose rows were erased on your instruction, so nothing came in.",
        "Nothing to do; if the child's record is to come again, ask us to take the instruction back.",
    ),
    "every_row_quarantined": Reason(
        "No row of a file could come in, so nothing of the delivery did.", "Correct the rows listed and send again."
    ),
    "table_not_of_year": Reason(
        "The file was not part of the return in that collection year.", "Check collection_year in delivery.json."
    ),
    "not_taken_yet": Reason("The file is part of the return; the platform does not take it yet.", "Nothing to do."),
}
