//! Drawing a paper: one A4 page. The font covers Latin, Greek, Cyrillic, Hebrew and Arabic.
#![expect(
    clippy::float_arithmetic,
    reason = "places on the paper, in points; amounts come as text"
)]

use super::paper::{Buyer, Seller};
use krilla::{
    Document,
    color::rgb,
    geom::{PathBuilder, Point},
    metadata::Metadata,
    num::NormalizedF32,
    page::PageSettings,
    paint::{Fill, Stroke},
    surface::Surface,
    text::{Font, TextDirection},
};
use platform::{Error, Result};
use ttf_parser::Face;
use wire::billing::invoices::InvoiceLine;

// Where things stand on the paper, in points. No amount is ever reckoned here: they come as text.
/// Width and height of the page.
const A4: (f32, f32) = (595.0, 842.0);
const LEFT_EDGE: f32 = 56.0;
const RIGHT_EDGE: f32 = 539.0;
/// Where the columns of how many and of what one costs end.
const QUANTITY_ENDS: f32 = 350.0;
const PRICE_ENDS: f32 = 445.0;
const INK: Shade = (24, 26, 36);
const FAINT: Shade = (105, 110, 125);
const LINE: Shade = (215, 218, 226);

/// A colour.
type Shade = (u8, u8, u8);
/// Bold or not, how large, and its colour.
type Style = (bool, f32, Shade);

/// What stands on a paper besides the two parties.
pub struct Sheet<'a> {
    /** What kind of paper it is. */
    pub title: &'a str,
    /** Its number. */
    pub number: &'a str,
    /** Its day and what it refers to. */
    pub facts: Vec<(&'a str, String)>,
    /** What was sold or given back. */
    pub lines: &'a [InvoiceLine],
    /** Net, tax, total; the last one counts. */
    pub sums: Vec<(&'a str, String)>,
    /** A sentence below. */
    pub note: &'a str,
}

/// Draws it.
pub fn draw(sheet: &Sheet<'_>, seller: &Seller, buyer: &Buyer) -> Result<Vec<u8>> {
    let fault = |_| Error::internal("a paper cannot be drawn");
    let settings =
        PageSettings::from_wh(A4.0, A4.1).ok_or_else(|| Error::internal("a page of no size"))?;
    let mut document = Document::new();
    document.set_metadata(Metadata::new().title(format!("{} {}", sheet.title, sheet.number)));
    let mut page = document.start_page_with(settings);
    let mut pen = Pen {
        surface: page.surface(),
        regular: Type::of(dejavu::sans::regular())?,
        bold: Type::of(dejavu::sans::bold())?,
        y: 70.0,
    };
    pen.head(sheet, seller, buyer);
    pen.table(sheet);
    pen.foot(sheet, seller);
    drop(pen);
    page.finish();
    document.finish().map_err(fault)
}

/// A font, to draw with and to measure.
struct Type {
    font: Font,
    face: Face<'static>,
}

impl Type {
    fn of(data: &'static [u8]) -> Result<Self> {
        let face = Face::parse(data, 0).map_err(Error::internal)?;
        let font = Font::new(data.to_vec().into(), 0)
            .ok_or_else(|| Error::internal("the font cannot be read"))?;
        Ok(Self { font, face })
    }

    /// How wide a text is.
    fn width(&self, text: &str, size: f32) -> f32 {
        let advance = |letter: char| {
            let glyph = self.face.glyph_index(letter).unwrap_or_default();
            f32::from(self.face.glyph_hor_advance(glyph).unwrap_or_default())
        };
        text.chars().map(advance).sum::<f32>() * size / f32::from(self.face.units_per_em())
    }

    /// As much of a text as fits.
    fn fitting(&self, text: &str, size: f32, width: f32) -> String {
        if self.width(text, size) <= width {
            return text.to_owned();
        }
        let mut short = text.to_owned();
        while short.pop().is_some() && self.width(&short, size) + size > width {}
        short + "…"
    }
}

struct Pen<'a> {
    surface: Surface<'a>,
    regular: Type,
    bold: Type,
    y: f32,
}

impl Pen<'_> {
    fn head(&mut self, sheet: &Sheet<'_>, seller: &Seller, buyer: &Buyer) {
        self.write(LEFT_EDGE, sheet.title, (true, 20.0, INK));
        for (place, line) in seller.lines.iter().enumerate() {
            self.write_right(RIGHT_EDGE, line, (place == 0, 9.0, INK));
            self.y += 13.0;
        }
        if let Some(email) = &seller.email {
            self.write_right(RIGHT_EDGE, email, (false, 9.0, FAINT));
        }
        self.y = self.y.max(108.0) + 24.0;
        let top = self.y;
        self.write(LEFT_EDGE, "To", (false, 8.0, FAINT));
        self.y += 15.0;
        self.write(LEFT_EDGE, &buyer.name, (true, 10.0, INK));
        self.y += 14.0;
        self.write(LEFT_EDGE, &buyer.email, (false, 9.0, INK));
        self.y = top;
        self.fact("Number", sheet.number);
        for (name, value) in &sheet.facts {
            self.fact(name, value);
        }
        self.y = self.y.max(top + 45.0) + 34.0;
    }

    fn fact(&mut self, name: &str, value: &str) {
        self.write(PRICE_ENDS - 75.0, name, (false, 9.0, FAINT));
        self.write_right(RIGHT_EDGE, value, (false, 9.0, INK));
        self.y += 14.0;
    }

    fn table(&mut self, sheet: &Sheet<'_>) {
        let small = (false, 8.0, FAINT);
        self.write(LEFT_EDGE, "Description", small);
        self.write_right(QUANTITY_ENDS, "Quantity", small);
        self.write_right(PRICE_ENDS, "Price", small);
        self.write_right(RIGHT_EDGE, "Amount", small);
        self.rule(LEFT_EDGE);
        for line in sheet.lines {
            let plain = (false, 9.5, INK);
            let text = self
                .regular
                .fitting(&line.text, plain.1, QUANTITY_ENDS - LEFT_EDGE - 60.0);
            self.write(LEFT_EDGE, &text, plain);
            self.write_right(QUANTITY_ENDS, &line.quantity.to_string(), plain);
            self.write_right(PRICE_ENDS, &line.unit_price.to_string(), plain);
            self.write_right(RIGHT_EDGE, &line.amount.to_string(), plain);
            self.y += 18.0;
        }
        self.y -= 8.0;
        self.rule(LEFT_EDGE);
        let last = sheet.sums.len().saturating_sub(1);
        for (place, (name, amount)) in sheet.sums.iter().enumerate() {
            let style = (place == last, 9.5, INK);
            self.write(PRICE_ENDS - 75.0, name, style);
            self.write_right(RIGHT_EDGE, amount, style);
            self.y += 17.0;
        }
    }

    fn foot(&mut self, sheet: &Sheet<'_>, seller: &Seller) {
        self.y += 20.0;
        self.write(LEFT_EDGE, sheet.note, (false, 9.5, INK));
        self.y = A4.1 - 62.0;
        self.rule(LEFT_EDGE);
        let all = seller.lines.join(" · ");
        let line = self.regular.fitting(&all, 8.0, RIGHT_EDGE - LEFT_EDGE);
        self.write(LEFT_EDGE, &line, (false, 8.0, FAINT));
    }

    fn write(&mut self, x: f32, text: &str, (bold, size, shade): Style) {
        let kind = if bold { &self.bold } else { &self.regular };
        let font = kind.font.clone();
        self.surface.set_fill(Some(Fill {
            paint: colour(shade).into(),
            opacity: NormalizedF32::ONE,
            rule: Default::default(),
        }));
        let at = Point::from_xy(x, self.y);
        self.surface
            .draw_text(at, font, size, text, false, TextDirection::Auto);
    }

    fn write_right(&mut self, end: f32, text: &str, style: Style) {
        let kind = if style.0 { &self.bold } else { &self.regular };
        let text = kind.fitting(text, style.1, 220.0);
        let x = end - kind.width(&text, style.1);
        self.write(x, &text, style);
    }

    /// A line across, and room below it.
    fn rule(&mut self, from: f32) {
        let mut path = PathBuilder::new();
        path.move_to(from, self.y + 7.0);
        path.line_to(RIGHT_EDGE, self.y + 7.0);
        self.y += 24.0;
        let Some(path) = path.finish() else { return };
        self.surface.set_fill(None);
        self.surface.set_stroke(Some(Stroke {
            paint: colour(LINE).into(),
            width: 0.7,
            ..Stroke::default()
        }));
        self.surface.draw_path(&path);
        self.surface.set_stroke(None);
    }
}

fn colour((red, green, blue): Shade) -> rgb::Color {
    rgb::Color::new(red, green, blue)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet(text: &str) -> Vec<u8> {
        let amount: wire::Money = "19.80".parse().unwrap_or_else(|_| wire::Money::zero());
        let line = InvoiceLine {
            text: text.to_owned(),
            quantity: 2,
            unit_price: amount.clone(),
            amount,
        };
        let sheet = Sheet {
            title: "Invoice",
            number: "INV-2026-000001",
            facts: vec![
                ("Date", "2026-11-22".to_owned()),
                ("Order", "ORD-100001".to_owned()),
                ("Currency", "USD".to_owned()),
            ],
            lines: &[line],
            sums: vec![
                ("Net", "19.80 USD".to_owned()),
                ("Tax", "0.00 USD".to_owned()),
                ("Total paid", "19.80 USD".to_owned()),
            ],
            note: "Paid in full. Thank you.",
        };
        let seller = Seller {
            lines: vec![
                "Example Travel".into(),
                "1 Harbour Street".into(),
                "VAT EX123456".into(),
            ],
            email: Some("help@example.com".into()),
        };
        let buyer = Buyer {
            name: "Ада Łukasiewicz".into(),
            email: "ada@example.com".into(),
        };
        draw(&sheet, &seller, &buyer).unwrap_or_default()
    }

    #[test]
    fn a_paper_is_a_pdf_however_long_its_lines_are() {
        for text in ["Europe 5 GB, 30 days".to_owned(), "x".repeat(500)] {
            let paper = sheet(&text);
            assert!(paper.starts_with(b"%PDF-"), "{} bytes", paper.len());
        }
    }
}
