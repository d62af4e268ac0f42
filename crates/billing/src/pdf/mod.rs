//! Drawing papers on A4: first everything gets its place, page after page, then the pages are drawn. The embedded font
//! covers Latin, Greek, Cyrillic, Hebrew and Arabic; every other script is drawn with a font of the machine.

mod fonts;
mod library;
mod pen;

use actix_web::{HttpResponse, http::header};
use fonts::Fonts;
use krilla::{Document, metadata::Metadata, page::PageSettings};
use pen::{A4, Pen};
use platform::{Error, Result};

pub use pen::{LEFT_EDGE, RIGHT_EDGE};

/// What stands on a paper.
pub struct Sheet<'a> {
    /** What kind of paper it is. */
    pub title: &'a str,
    /** Its number. */
    pub number: &'a str,
    /** Who writes it: name, address, tax number. */
    pub from: &'a [String],
    /** Where they are written to. */
    pub email: Option<&'a str>,
    /** Whom it is about, in a word; their name and address. */
    pub to: (&'a str, [&'a str; 2]),
    /** Its day and what it refers to. */
    pub facts: Vec<(&'a str, String)>,
    /** What it tells, row by row. */
    pub tables: Vec<Table<'a>>,
    /** Net, tax, total; the last one counts. */
    pub sums: Vec<(&'a str, String)>,
    /** A sentence below. */
    pub note: &'a str,
}

/// Rows under the names of their columns.
pub struct Table<'a> {
    /** What they are; none needs to be said where there is but one. */
    pub heading: &'a str,
    /** Its columns. */
    pub columns: &'a [Column],
    /** Its rows, a cell for each column. */
    pub rows: Vec<Vec<String>>,
}

/// A column: where it begins and ends.
pub struct Column {
    name: &'static str,
    from: f32,
    to: f32,
    is_number: bool,
}

impl Column {
    /// Of texts, which begin where it begins and are wrapped.
    pub const fn text(name: &'static str, from: f32, to: f32) -> Self {
        Self {
            name,
            from,
            to,
            is_number: false,
        }
    }
    /// Of numbers, which end where it ends.
    pub const fn number(name: &'static str, from: f32, to: f32) -> Self {
        Self {
            name,
            from,
            to,
            is_number: true,
        }
    }
}

/// Draws it.
pub fn draw(sheet: &Sheet<'_>) -> Result<Vec<u8>> {
    let pen = Pen::lay_out(sheet)?;
    let settings =
        PageSettings::from_wh(A4.0, A4.1).ok_or_else(|| Error::internal("a page of no size"))?;
    let mut document = Document::new();
    document.set_metadata(Metadata::new().title(format!("{} {}", sheet.title, sheet.number)));
    for marks in &pen.pages {
        let mut page = document.start_page_with(settings.clone());
        let mut surface = page.surface();
        for mark in marks {
            mark.draw(&mut surface, &pen.fonts);
        }
        surface.finish();
        page.finish();
    }
    document
        .finish()
        .map_err(|_| Error::internal("a paper cannot be drawn"))
}

/// A paper as a file to keep.
pub fn as_file((name, bytes): (String, Vec<u8>)) -> HttpResponse {
    let disposition = platform::respond::attachment(&format!("{name}.pdf"));
    HttpResponse::Ok()
        .content_type("application/pdf")
        .insert_header((header::CONTENT_DISPOSITION, disposition))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: &[Column] = &[
        Column::text("Description", LEFT_EDGE, 300.0),
        Column::number("Amount", 300.0, RIGHT_EDGE),
    ];

    /// The paper, and how many pages it has.
    fn drawn(text: &str, rows: usize) -> Option<(Vec<u8>, usize)> {
        let from = ["Example Travel".to_owned(), "1 Harbour Street".to_owned()];
        let sheet = Sheet {
            title: "Invoice",
            number: "INV-2026-000001",
            from: &from,
            email: Some("help@example.com"),
            to: ("To", ["Ада Łukasiewicz", "ada@example.com"]),
            facts: vec![("Date", "2026-11-22".to_owned())],
            tables: vec![Table {
                heading: "What was bought",
                columns: COLUMNS,
                rows: vec![vec![text.to_owned(), "19.80".to_owned()]; rows],
            }],
            sums: vec![("Total paid", "19.80 USD".to_owned())],
            note: "Paid in full. Thank you.",
        };
        let pages = Pen::lay_out(&sheet).ok()?.pages.len();
        Some((draw(&sheet).ok()?, pages))
    }

    #[test]
    fn a_paper_is_a_pdf_however_long_its_lines_are() {
        let long = ["word ".repeat(60), "x".repeat(500)];
        for text in ["Europe 5 GB, 30 days", &long[0], &long[1]] {
            let paper = drawn(text, 1);
            assert!(paper.is_some_and(|(bytes, pages)| bytes.starts_with(b"%PDF-") && pages == 1));
        }
    }

    #[test]
    fn every_script_is_drawn_whatever_fonts_the_machine_has() {
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
            let paper = drawn(name, 1);
            assert!(
                paper.is_some_and(|(bytes, _)| bytes.starts_with(b"%PDF-")),
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
    fn what_does_not_fit_goes_on_to_another_page() {
        for (text, rows, expected) in [("Europe", 50, 2), (&*"word ".repeat(300), 3, 3)] {
            let pages = drawn(text, rows).map(|(_, pages)| pages);
            assert_eq!(pages, Some(expected), "{rows} rows");
        }
    }
}
