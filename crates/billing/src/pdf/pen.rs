//! Where everything stands: downwards, and on to another page where one is full.
#![expect(
    clippy::float_arithmetic,
    reason = "places on the paper, in points; amounts come as text"
)]

use super::{Column, Fonts, Sheet, Table};
use krilla::{
    color::rgb,
    geom::{PathBuilder, Point},
    num::NormalizedF32,
    paint::{Fill, Stroke},
    surface::Surface,
    text::KrillaGlyph,
};
use platform::Result;

/// Width and height of the page.
pub const A4: (f32, f32) = (595.0, 842.0);
/// Where the paper's text begins and ends, across.
pub const LEFT_EDGE: f32 = 56.0;
/// Its other end.
pub const RIGHT_EDGE: f32 = 539.0;
const TOP: f32 = 70.0;
/// Where a page is full, and where its foot stands.
const FULL: f32 = 765.0;
const FOOT: f32 = 780.0;
/// Where the names of facts begin, and those of sums; what they say ends at the other edge.
const FACTS: f32 = 300.0;
const SUMS: f32 = 370.0;
/// The maximum width of the seller's lines.
const SELLER: f32 = 220.0;
/// Between two lines of one cell.
const LEADING: f32 = 13.0;
const INK: Shade = (24, 26, 36);
const FAINT: Shade = (105, 110, 125);
const LINE: Shade = (215, 218, 226);
const PLAIN: Style = (false, 9.5, INK);
const SMALL: Style = (false, 8.0, FAINT);

/// A colour.
pub type Shade = (u8, u8, u8);
/// Bold or not, how large, and its colour.
pub type Style = (bool, f32, Shade);

/// Something on a page, in its place.
pub enum Mark {
    Text(f32, f32, String, Style),
    Rule(f32),
}

impl Mark {
    /// Draws it.
    pub fn draw(&self, surface: &mut Surface<'_>, fonts: &Fonts) {
        match self {
            Self::Text(x, y, text, style) => {
                surface.set_fill(Some(Fill {
                    paint: colour(style.2).into(),
                    opacity: NormalizedF32::ONE,
                    rule: Default::default(),
                }));
                let mut x = *x;
                for run in fonts.of(*style).runs(text) {
                    let at = Point::from_xy(x, *y);
                    match run.stand_in {
                        Some(glyph) => {
                            let whole = 0..run.text.len();
                            let sign = [KrillaGlyph::new(
                                glyph, run.width, 0.0, 0.0, 0.0, whole, None,
                            )];
                            surface.draw_glyphs(at, &sign, run.font, &run.text, style.1, false);
                        }
                        None => {
                            surface.draw_text(
                                at,
                                run.font,
                                style.1,
                                &run.text,
                                false,
                                run.direction,
                            );
                        }
                    }
                    x += run.width * style.1;
                }
            }
            Self::Rule(y) => {
                let mut path = PathBuilder::new();
                path.move_to(LEFT_EDGE, *y);
                path.line_to(RIGHT_EDGE, *y);
                let Some(path) = path.finish() else { return };
                surface.set_fill(None);
                surface.set_stroke(Some(Stroke {
                    paint: colour(LINE).into(),
                    width: 0.7,
                    ..Stroke::default()
                }));
                surface.draw_path(&path);
                surface.set_stroke(None);
            }
        }
    }
}

/// Gives everything its place, downwards.
pub struct Pen {
    pub fonts: Fonts,
    pub pages: Vec<Vec<Mark>>,
    y: f32,
}

impl Pen {
    /// Puts all of it where it belongs.
    pub fn lay_out(sheet: &Sheet<'_>) -> Result<Self> {
        let mut pen = Self {
            fonts: Fonts::new()?,
            pages: vec![Vec::new()],
            y: TOP,
        };
        pen.head(sheet);
        for table in &sheet.tables {
            pen.table(table);
        }
        pen.end(sheet);
        pen.feet(sheet);
        Ok(pen)
    }

    fn head(&mut self, sheet: &Sheet<'_>) {
        self.write(LEFT_EDGE, sheet.title, (true, 20.0, INK));
        for (place, line) in sheet.from.iter().enumerate() {
            let style = (place == 0, 9.0, INK);
            for line in self.fonts.of(style).lines(line, style.1, SELLER) {
                self.write_right(RIGHT_EDGE, &line, style);
                self.y += LEADING;
            }
        }
        if let Some(email) = sheet.email {
            self.write_right(RIGHT_EDGE, email, (false, 9.0, FAINT));
        }
        self.y = self.y.max(108.0) + 24.0;
        let top = self.y;
        let (label, [name, address]) = sheet.to;
        let room = FACTS - LEFT_EDGE - 10.0;
        self.write(LEFT_EDGE, label, SMALL);
        self.y += 15.0;
        for (text, style) in [(name, (true, 10.0, INK)), (address, (false, 9.0, INK))] {
            for line in self.fonts.of(style).lines(text, style.1, room) {
                self.write(LEFT_EDGE, &line, style);
                self.y += 14.0;
            }
        }
        let named = self.y - 14.0;
        self.y = top;
        self.fact("Number", sheet.number);
        for (name, value) in &sheet.facts {
            self.fact(name, value);
        }
        self.y = self.y.max(named).max(top + 45.0) + 34.0;
    }

    fn fact(&mut self, name: &str, value: &str) {
        let style = (false, 9.0, INK);
        let room = RIGHT_EDGE - FACTS - 70.0;
        self.write(FACTS, name, (false, 9.0, FAINT));
        for line in self.fonts.regular.lines(value, style.1, room) {
            self.write_right(RIGHT_EDGE, &line, style);
            self.y += 14.0;
        }
    }

    fn table(&mut self, table: &Table<'_>) {
        self.need(90.0);
        if !table.heading.is_empty() {
            self.write(LEFT_EDGE, table.heading, (true, 11.0, INK));
            self.y += 20.0;
        }
        self.names(table);
        for row in &table.rows {
            let cells: Vec<Vec<String>> = table
                .columns
                .iter()
                .zip(row)
                .map(|(column, text)| self.cell(column, text))
                .collect();
            let lines = cells.iter().map(Vec::len).max().unwrap_or(1);
            let height = (1..lines).fold(18.0, |height, _| height + LEADING);
            if self.need(height) {
                self.names(table);
            }
            for (column, lines) in table.columns.iter().zip(cells) {
                self.fill(column, &lines);
            }
            self.y += height;
        }
        self.y -= 8.0;
        self.rule();
    }

    fn cell(&self, column: &Column, text: &str) -> Vec<String> {
        let width = column.to - column.from;
        if column.is_number {
            return vec![self.fonts.regular.fitting(text, PLAIN.1, width)];
        }
        self.fonts.regular.lines(text, PLAIN.1, width)
    }

    fn fill(&mut self, column: &Column, lines: &[String]) {
        let top = self.y;
        for line in lines {
            self.put(column, line, PLAIN);
            self.y += LEADING;
        }
        self.y = top;
    }

    fn names(&mut self, table: &Table<'_>) {
        for column in table.columns {
            self.put(column, column.name, SMALL);
        }
        self.rule();
    }

    fn put(&mut self, column: &Column, text: &str, style: Style) {
        if column.is_number {
            self.write_right(column.to, text, style);
        } else {
            self.write(column.from, text, style);
        }
    }

    fn end(&mut self, sheet: &Sheet<'_>) {
        self.need(60.0);
        let last = sheet.sums.len().saturating_sub(1);
        for (place, (name, amount)) in sheet.sums.iter().enumerate() {
            let style = (place == last, 9.5, INK);
            self.write(SUMS, name, style);
            self.write_right(RIGHT_EDGE, amount, style);
            self.y += 17.0;
        }
        self.y += 20.0;
        let lines = self
            .fonts
            .regular
            .lines(sheet.note, PLAIN.1, RIGHT_EDGE - LEFT_EDGE);
        for line in lines {
            self.write(LEFT_EDGE, &line, PLAIN);
            self.y += LEADING;
        }
    }

    /// Who writes, below every page; and which page of how many.
    fn feet(&mut self, sheet: &Sheet<'_>) {
        let from = sheet.from.join(" · ");
        let from = self
            .fonts
            .regular
            .fitting(&from, SMALL.1, RIGHT_EDGE - LEFT_EDGE - 70.0);
        let count = self.pages.len();
        for (place, page) in self.pages.iter_mut().enumerate() {
            page.push(Mark::Rule(FOOT + 7.0));
            page.push(Mark::Text(LEFT_EDGE, FOOT + 24.0, from.clone(), SMALL));
            if count > 1 {
                let which = format!("Page {} of {count}", place + 1);
                let x = RIGHT_EDGE - self.fonts.regular.width(&which, SMALL.1);
                page.push(Mark::Text(x, FOOT + 24.0, which, SMALL));
            }
        }
    }

    /// Begins a page when so much does not fit on this one.
    fn need(&mut self, height: f32) -> bool {
        let is_full = self.y + height > FULL;
        if is_full {
            self.pages.push(Vec::new());
            self.y = TOP;
        }
        is_full
    }

    fn write(&mut self, x: f32, text: &str, style: Style) {
        self.mark(Mark::Text(x, self.y, text.to_owned(), style));
    }

    fn write_right(&mut self, end: f32, text: &str, style: Style) {
        let kind = self.fonts.of(style);
        let text = kind.fitting(text, style.1, 220.0);
        let x = end - kind.width(&text, style.1);
        self.mark(Mark::Text(x, self.y, text, style));
    }

    /// A line across, and room below it.
    fn rule(&mut self) {
        self.mark(Mark::Rule(self.y + 7.0));
        self.y += 24.0;
    }

    fn mark(&mut self, mark: Mark) {
        if let Some(page) = self.pages.last_mut() {
            page.push(mark);
        }
    }
}

fn colour((red, green, blue): Shade) -> rgb::Color {
    rgb::Color::new(red, green, blue)
}
