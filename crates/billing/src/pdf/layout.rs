//! The layout of a document: the position of every text, from the top of a page down, and on another page where a page is
//! full.
#![expect(
    clippy::float_arithmetic,
    reason = "positions on the page, in points; amounts are texts"
)]

use super::{Column, Document, Fonts, Table};
use krilla::{
    color::rgb,
    geom::{PathBuilder, Point},
    num::NormalizedF32,
    paint::{Fill, Stroke},
    surface::Surface,
    text::KrillaGlyph,
};
use platform::Result;

/// The width of a page.
pub const PAGE_WIDTH: f32 = 595.0;
/// The height of a page.
pub const PAGE_HEIGHT: f32 = 842.0;
/// The left edge of the text.
pub const LEFT_EDGE: f32 = 56.0;
/// The right edge of the text.
pub const RIGHT_EDGE: f32 = 539.0;
/// The top and the bottom of the text, and the position of the footer.
const TOP: f32 = 70.0;
const BOTTOM: f32 = 765.0;
const FOOTER: f32 = 780.0;
/// The left edges of the labels of the details and of the totals. Their values are aligned right.
const DETAILS: f32 = 300.0;
const TOTALS: f32 = 370.0;
/// The maximum width of the sender's lines and of values that are aligned right.
const MAX_VALUE_WIDTH: f32 = 220.0;
/// The distance between two lines of a cell.
const LINE_HEIGHT: f32 = 13.0;
const BLACK: Colour = Colour(24, 26, 36);
const GREY: Colour = Colour(105, 110, 125);
const LIGHT_GREY: Colour = Colour(215, 218, 226);
const CELL: Style = Style::regular(9.5, BLACK);
const LABEL: Style = Style::regular(8.0, GREY);
const DETAIL: Style = Style::regular(9.0, BLACK);

/// A colour: red, green and blue.
#[derive(Clone, Copy)]
pub struct Colour(u8, u8, u8);

impl From<Colour> for rgb::Color {
    fn from(Colour(red, green, blue): Colour) -> Self {
        Self::new(red, green, blue)
    }
}

/// The style of a text.
#[derive(Clone, Copy)]
pub struct Style {
    /// Whether the text is bold.
    pub is_bold: bool,
    /// The font size.
    pub size: f32,
    /// The colour.
    pub colour: Colour,
}

impl Style {
    const fn regular(size: f32, colour: Colour) -> Self {
        Self {
            is_bold: false,
            size,
            colour,
        }
    }

    const fn bold(size: f32, colour: Colour) -> Self {
        Self {
            is_bold: true,
            size,
            colour,
        }
    }
}

/// A text or a line on a page, with its position.
pub enum Element {
    /// A text.
    Text {
        /// The left edge.
        x: f32,
        /// The baseline.
        y: f32,
        /// The text.
        text: String,
        /// The style.
        style: Style,
    },
    /// A horizontal line at this height.
    Line(f32),
}

impl Element {
    /// Draws the element.
    pub fn draw(&self, surface: &mut Surface<'_>, fonts: &Fonts) {
        match self {
            Self::Text { x, y, text, style } => {
                draw_text(surface, fonts, Point::from_xy(*x, *y), text, *style);
            }
            Self::Line(y) => draw_line(surface, *y),
        }
    }
}

fn draw_text(surface: &mut Surface<'_>, fonts: &Fonts, start: Point, text: &str, style: Style) {
    surface.set_fill(Some(Fill {
        paint: rgb::Color::from(style.colour).into(),
        opacity: NormalizedF32::ONE,
        rule: Default::default(),
    }));
    let mut x = start.x;
    for run in fonts.get(style).runs(text) {
        let at = Point::from_xy(x, start.y);
        match run.replacement {
            Some(glyph) => {
                let range = 0..run.text.len();
                let glyphs = [KrillaGlyph::new(
                    glyph, run.width, 0.0, 0.0, 0.0, range, None,
                )];
                surface.draw_glyphs(at, &glyphs, run.font, &run.text, style.size, false);
            }
            None => {
                surface.draw_text(at, run.font, style.size, &run.text, false, run.direction);
            }
        }
        x += run.width * style.size;
    }
}

fn draw_line(surface: &mut Surface<'_>, y: f32) {
    let mut path = PathBuilder::new();
    path.move_to(LEFT_EDGE, y);
    path.line_to(RIGHT_EDGE, y);
    let Some(path) = path.finish() else { return };
    surface.set_fill(None);
    surface.set_stroke(Some(Stroke {
        paint: rgb::Color::from(LIGHT_GREY).into(),
        width: 0.7,
        ..Stroke::default()
    }));
    surface.draw_path(&path);
    surface.set_stroke(None);
}

/// The pages of a document.
pub struct Layout {
    /// The fonts.
    pub fonts: Fonts,
    /// The elements of each page.
    pub pages: Vec<Vec<Element>>,
    /// The height of the next line on the last page.
    y: f32,
}

impl Layout {
    /// Calculates the layout of a document.
    pub fn new(document: &Document<'_>) -> Result<Self> {
        let mut layout = Self {
            fonts: Fonts::new()?,
            pages: vec![Vec::new()],
            y: TOP,
        };
        layout.add_header(document);
        for table in &document.tables {
            layout.add_table(table);
        }
        layout.add_totals(document);
        layout.add_footers(document);
        Ok(layout)
    }

    fn add_header(&mut self, document: &Document<'_>) {
        self.write(LEFT_EDGE, document.title, Style::bold(20.0, BLACK));
        for (index, line) in document.from.iter().enumerate() {
            let style = Style {
                is_bold: index == 0,
                ..DETAIL
            };
            for line in self.wrap(line, style, MAX_VALUE_WIDTH) {
                self.write_right(RIGHT_EDGE, &line, style);
                self.y += LINE_HEIGHT;
            }
        }
        if let Some(email) = document.email {
            self.write_right(RIGHT_EDGE, email, Style::regular(9.0, GREY));
        }
        self.y = self.y.max(108.0) + 24.0;
        let top = self.y;
        self.add_recipient(document);
        let recipient_end = self.y - 14.0;
        self.y = top;
        self.add_detail("Number", document.number);
        for (label, value) in &document.details {
            self.add_detail(label, value);
        }
        self.y = self.y.max(recipient_end).max(top + 45.0) + 34.0;
    }

    fn add_recipient(&mut self, document: &Document<'_>) {
        let [name, address] = document.recipient;
        let width = DETAILS - LEFT_EDGE - 10.0;
        self.write(LEFT_EDGE, document.recipient_label, LABEL);
        self.y += 15.0;
        for (text, style) in [(name, Style::bold(10.0, BLACK)), (address, DETAIL)] {
            for line in self.wrap(text, style, width) {
                self.write(LEFT_EDGE, &line, style);
                self.y += 14.0;
            }
        }
    }

    fn add_detail(&mut self, label: &str, value: &str) {
        let width = RIGHT_EDGE - DETAILS - 70.0;
        self.write(DETAILS, label, Style::regular(9.0, GREY));
        for line in self.wrap(value, DETAIL, width) {
            self.write_right(RIGHT_EDGE, &line, DETAIL);
            self.y += 14.0;
        }
    }

    fn add_table(&mut self, table: &Table<'_>) {
        self.reserve(90.0);
        if !table.heading.is_empty() {
            self.write(LEFT_EDGE, table.heading, Style::bold(11.0, BLACK));
            self.y += 20.0;
        }
        self.add_column_names(table);
        for row in &table.rows {
            let cells: Vec<Vec<String>> = table
                .columns
                .iter()
                .zip(row)
                .map(|(column, text)| self.cell_lines(column, text))
                .collect();
            let lines = cells.iter().map(Vec::len).max().unwrap_or(1);
            let height = (1..lines).fold(18.0, |height, _| height + LINE_HEIGHT);
            if self.reserve(height) {
                self.add_column_names(table);
            }
            for (column, lines) in table.columns.iter().zip(cells) {
                self.add_cell(column, &lines);
            }
            self.y += height;
        }
        self.y -= 8.0;
        self.add_line();
    }

    fn cell_lines(&self, column: &Column, text: &str) -> Vec<String> {
        let width = column.right - column.left;
        if column.is_number {
            return vec![self.fonts.regular.truncate(text, CELL.size, width)];
        }
        self.wrap(text, CELL, width)
    }

    fn add_cell(&mut self, column: &Column, lines: &[String]) {
        let top = self.y;
        for line in lines {
            self.write_in(column, line, CELL);
            self.y += LINE_HEIGHT;
        }
        self.y = top;
    }

    fn add_column_names(&mut self, table: &Table<'_>) {
        for column in table.columns {
            self.write_in(column, column.name, LABEL);
        }
        self.add_line();
    }

    fn write_in(&mut self, column: &Column, text: &str, style: Style) {
        if column.is_number {
            self.write_right(column.right, text, style);
        } else {
            self.write(column.left, text, style);
        }
    }

    fn add_totals(&mut self, document: &Document<'_>) {
        self.reserve(60.0);
        let last = document.totals.len().saturating_sub(1);
        for (index, (label, amount)) in document.totals.iter().enumerate() {
            let style = Style {
                is_bold: index == last,
                ..CELL
            };
            self.write(TOTALS, label, style);
            self.write_right(RIGHT_EDGE, amount, style);
            self.y += 17.0;
        }
        self.y += 20.0;
        for line in self.wrap(document.note, CELL, RIGHT_EDGE - LEFT_EDGE) {
            self.write(LEFT_EDGE, &line, CELL);
            self.y += LINE_HEIGHT;
        }
    }

    /// Adds the sender and the number of the page to every page.
    fn add_footers(&mut self, document: &Document<'_>) {
        let sender = document.from.join(" · ");
        let width = RIGHT_EDGE - LEFT_EDGE - 70.0;
        let sender = self.fonts.regular.truncate(&sender, LABEL.size, width);
        let (count, y) = (self.pages.len(), FOOTER + 24.0);
        for (index, page) in self.pages.iter_mut().enumerate() {
            page.push(Element::Line(FOOTER + 7.0));
            page.push(Element::Text {
                x: LEFT_EDGE,
                y,
                text: sender.clone(),
                style: LABEL,
            });
            if count > 1 {
                let text = format!("Page {} of {count}", index + 1);
                page.push(Element::Text {
                    x: RIGHT_EDGE - self.fonts.regular.width(&text, LABEL.size),
                    y,
                    text,
                    style: LABEL,
                });
            }
        }
    }

    /// Starts a new page where a height does not fit on the last one, and returns whether it did.
    fn reserve(&mut self, height: f32) -> bool {
        let is_full = self.y + height > BOTTOM;
        if is_full {
            self.pages.push(Vec::new());
            self.y = TOP;
        }
        is_full
    }

    fn wrap(&self, text: &str, style: Style, width: f32) -> Vec<String> {
        self.fonts.get(style).lines(text, style.size, width)
    }

    fn write(&mut self, x: f32, text: &str, style: Style) {
        let (y, text) = (self.y, text.to_owned());
        self.push(Element::Text { x, y, text, style });
    }

    fn write_right(&mut self, right: f32, text: &str, style: Style) {
        let font = self.fonts.get(style);
        let text = font.truncate(text, style.size, MAX_VALUE_WIDTH);
        let (x, y) = (right - font.width(&text, style.size), self.y);
        self.push(Element::Text { x, y, text, style });
    }

    /// Adds a horizontal line, and space below it.
    fn add_line(&mut self) {
        self.push(Element::Line(self.y + 7.0));
        self.y += 24.0;
    }

    fn push(&mut self, element: Element) {
        if let Some(page) = self.pages.last_mut() {
            page.push(element);
        }
    }
}
