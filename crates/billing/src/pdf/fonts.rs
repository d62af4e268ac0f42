//! The font: what is drawn with, and how wide it comes out.
#![expect(clippy::float_arithmetic, reason = "widths on the paper, in points")]

use super::pen::Style;
use krilla::text::Font;
use platform::{Error, Result};
use ttf_parser::Face;

/// A font, to draw with and to measure.
pub struct Type {
    pub font: Font,
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
    pub fn width(&self, text: &str, size: f32) -> f32 {
        let advance = |letter: char| {
            let glyph = self.face.glyph_index(letter).unwrap_or_default();
            f32::from(self.face.glyph_hor_advance(glyph).unwrap_or_default())
        };
        text.chars().map(advance).sum::<f32>() * size / f32::from(self.face.units_per_em())
    }

    /// As much of a text as fits.
    pub fn fitting(&self, text: &str, size: f32, width: f32) -> String {
        if self.width(text, size) <= width {
            return text.to_owned();
        }
        let mut short = text.to_owned();
        while short.pop().is_some() && self.width(&short, size) + size > width {}
        short + "…"
    }

    /// A text in lines that fit. A word that is longer than a line is cut.
    pub fn lines(&self, text: &str, size: f32, width: f32) -> Vec<String> {
        let mut lines = vec![String::new()];
        for word in text.split_whitespace() {
            let word = self.fitting(word, size, width);
            match lines.last_mut() {
                Some(line) if line.is_empty() => *line = word,
                Some(line)
                    if self.width(line, size) + self.width(&word, size) + size / 2.0 <= width =>
                {
                    line.push(' ');
                    line.push_str(&word);
                }
                _ => lines.push(word),
            }
        }
        lines
    }
}

/// Plain and bold.
pub struct Fonts {
    pub regular: Type,
    pub bold: Type,
}

impl Fonts {
    pub fn new() -> Result<Self> {
        Ok(Self {
            regular: Type::of(dejavu::sans::regular())?,
            bold: Type::of(dejavu::sans::bold())?,
        })
    }
    pub const fn of(&self, (bold, ..): Style) -> &Type {
        if bold { &self.bold } else { &self.regular }
    }
}
