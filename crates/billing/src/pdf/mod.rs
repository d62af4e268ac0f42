//! PDF documents on A4 pages. The layout places every text on a page, then the pages are drawn. The embedded font covers
//! Latin, Greek, Cyrillic, Hebrew and Arabic; every other script is drawn with a font of the system.

mod fonts;
mod layout;
mod system_fonts;

use actix_web::{HttpResponse, http::header};
use fonts::Fonts;
use krilla::{metadata::Metadata, page::PageSettings};
use layout::{Layout, PAGE_HEIGHT, PAGE_WIDTH};
use platform::{Error, Result};

pub use layout::{LEFT_EDGE, RIGHT_EDGE};

/// The content of a document.
pub struct Document<'a> {
    /// The title, such as `Invoice`.
    pub title: &'a str,
    /// The number.
    pub number: &'a str,
    /// The sender: name, address and tax number.
    pub from: &'a [String],
    /// The sender's email address.
    pub email: Option<&'a str>,
    /// The label of the recipient.
    pub recipient_label: &'a str,
    /// The name and the email address of the recipient.
    pub recipient: [&'a str; 2],
    /// The date, and the records that the document refers to, by label.
    pub details: Vec<(&'a str, String)>,
    /// The tables.
    pub tables: Vec<Table<'a>>,
    /// The totals, by label. The last one is bold.
    pub totals: Vec<(&'a str, String)>,
    /// A sentence at the end.
    pub note: &'a str,
}

/// A table.
pub struct Table<'a> {
    /// The heading; empty for a document with one table.
    pub heading: &'a str,
    /// The columns.
    pub columns: &'a [Column],
    /// The rows, with a cell for each column.
    pub rows: Vec<Vec<String>>,
}

/// A column of a table.
pub struct Column {
    name: &'static str,
    left: f32,
    right: f32,
    is_number: bool,
}

impl Column {
    /// Creates a column of texts, which are aligned left and wrapped.
    pub const fn text(name: &'static str, left: f32, right: f32) -> Self {
        Self {
            name,
            left,
            right,
            is_number: false,
        }
    }
    /// Creates a column of numbers, which are aligned right.
    pub const fn number(name: &'static str, left: f32, right: f32) -> Self {
        Self {
            name,
            left,
            right,
            is_number: true,
        }
    }
}

/// Draws a document as PDF.
pub fn draw(document: &Document<'_>) -> Result<Vec<u8>> {
    let layout = Layout::new(document)?;
    let settings = PageSettings::from_wh(PAGE_WIDTH, PAGE_HEIGHT)
        .ok_or_else(|| Error::internal("the page size is invalid"))?;
    let mut pdf = krilla::Document::new();
    pdf.set_metadata(Metadata::new().title(format!("{} {}", document.title, document.number)));
    for elements in &layout.pages {
        let mut page = pdf.start_page_with(settings.clone());
        let mut surface = page.surface();
        for element in elements {
            element.draw(&mut surface, &layout.fonts);
        }
        surface.finish();
        page.finish();
    }
    pdf.finish()
        .map_err(|_| Error::internal("the document cannot be drawn"))
}

/// A PDF file.
pub struct PdfFile {
    /// The name of the file, without its extension.
    pub name: String,
    /// The content.
    pub bytes: Vec<u8>,
}

/// Returns a response with a PDF file to download.
pub fn as_file(file: PdfFile) -> HttpResponse {
    let disposition = platform::respond::attachment(&format!("{}.pdf", file.name));
    HttpResponse::Ok()
        .content_type("application/pdf")
        .insert_header((header::CONTENT_DISPOSITION, disposition))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(file.bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: &[Column] = &[
        Column::text("Description", LEFT_EDGE, 300.0),
        Column::number("Amount", 300.0, RIGHT_EDGE),
    ];

    /// Draws a document, and returns it with the number of its pages.
    fn draw_document(text: &str, rows: usize) -> Option<(Vec<u8>, usize)> {
        let from = ["Example Travel".to_owned(), "1 Harbour Street".to_owned()];
        let document = Document {
            title: "Invoice",
            number: "INV-2026-000001",
            from: &from,
            email: Some("help@example.com"),
            recipient_label: "To",
            recipient: ["Ада Łukasiewicz", "ada@example.com"],
            details: vec![("Date", "2026-11-22".to_owned())],
            tables: vec![Table {
                heading: "Order",
                columns: COLUMNS,
                rows: vec![vec![text.to_owned(), "19.80".to_owned()]; rows],
            }],
            totals: vec![("Total paid", "19.80 USD".to_owned())],
            note: "Paid in full. Thank you.",
        };
        let pages = Layout::new(&document).ok()?.pages.len();
        Some((draw(&document).ok()?, pages))
    }

    #[test]
    fn document_with_long_lines_is_a_pdf() {
        let long = ["word ".repeat(60), "x".repeat(500)];
        for text in ["Europe 5 GB, 30 days", &long[0], &long[1]] {
            let document = draw_document(text, 1);
            assert!(
                document.is_some_and(|(bytes, pages)| bytes.starts_with(b"%PDF-") && pages == 1)
            );
        }
    }

    #[test]
    fn every_script_is_drawn_without_system_fonts() {
        let names = [
            "李明 王小龍",
            "สมชาย ใจดี",
            "김민준",
            "प्रिया शर्मा",
            "Ana 🎉 María",
            "محمد علي and דוד",
            "\u{10ffff}",
        ];
        for name in names {
            let document = draw_document(name, 1);
            assert!(
                document.is_some_and(|(bytes, _)| bytes.starts_with(b"%PDF-")),
                "{name}"
            );
        }
    }

    #[test]
    fn line_is_split_by_direction_and_wraps_without_losing_a_character() -> Result<()> {
        let fonts = Fonts::new()?;
        let runs = fonts.regular.runs("Order for דוד and more");
        let texts: Vec<&str> = runs.iter().map(|run| run.text.as_str()).collect();
        assert_eq!(
            texts.concat().chars().count(),
            "Order for דוד and more".chars().count()
        );
        assert!(texts.contains(&"דוד"), "{texts:?}");
        for text in ["x".repeat(300), "李".repeat(200), "word ".repeat(80)] {
            let lines = fonts.regular.lines(&text, 10.0, 200.0);
            assert!(lines.len() > 1);
            let kept: String = lines.concat().split_whitespace().collect();
            assert_eq!(kept, text.split_whitespace().collect::<String>());
            assert!(
                lines
                    .iter()
                    .all(|line| fonts.regular.width(line, 10.0) <= 200.0)
            );
        }
        Ok(())
    }

    #[test]
    fn overflow_continues_on_another_page() {
        for (text, rows, expected) in [("Europe", 50, 2), (&*"word ".repeat(300), 3, 3)] {
            let pages = draw_document(text, rows).map(|(_, pages)| pages);
            assert_eq!(pages, Some(expected), "{rows} rows");
        }
    }
}
