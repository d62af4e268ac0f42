//! Fonts and text widths: the embedded font, and the fonts of the system for the characters that it lacks. A text is
//! split into runs of one font, script and direction, from left to right on the page.
#![expect(clippy::float_arithmetic, reason = "widths on the page, in points")]

use super::{
    layout::Style,
    system_fonts::{self, SharedFont},
};
use krilla::text::{Font, GlyphId, TextDirection};
use platform::{Error, Result};
use rustybuzz::{Direction, UnicodeBuffer, ttf_parser::Face};
use std::{cell::RefCell, collections::HashMap, ops::Range, sync::Arc};
use unicode_bidi::{BidiInfo, Level};
use unicode_script::{Script, UnicodeScript};
use unicode_segmentation::UnicodeSegmentation;

/// The key of the embedded font.
const EMBEDDED: usize = 0;
/// The character that is drawn instead of a character that no font has.
const REPLACEMENT: char = '\u{fffd}';

/// A font to draw and to measure with.
#[derive(Clone)]
pub struct LoadedFont {
    /// The font that the document embeds.
    pub font: Font,
    data: Arc<Vec<u8>>,
    index: u32,
}

impl LoadedFont {
    fn load(data: Arc<Vec<u8>>, index: u32) -> Option<Self> {
        rustybuzz::Face::from_slice(&data, index)?;
        let font = Font::new(data.to_vec().into(), index)?;
        Some(Self { font, data, index })
    }

    fn has_all(&self, cluster: &str) -> bool {
        Face::parse(&self.data, self.index).is_ok_and(|face| {
            let mut characters = cluster.chars();
            characters
                .all(|character| is_invisible(character) || face.glyph_index(character).is_some())
        })
    }

    /// Returns the width of a text in one script, for a font size of 1.
    fn width(&self, text: &str, direction: TextDirection) -> f32 {
        let Some(face) = rustybuzz::Face::from_slice(&self.data, self.index) else {
            return 0.0;
        };
        let mut buffer = UnicodeBuffer::new();
        buffer.push_str(text);
        buffer.guess_segment_properties();
        buffer.set_direction(match direction {
            TextDirection::RightToLeft => Direction::RightToLeft,
            _ => Direction::LeftToRight,
        });
        let shaped = rustybuzz::shape(&face, &[], buffer);
        let units = f32::from(i16::try_from(face.units_per_em()).unwrap_or(1000));
        let advances = shaped.glyph_positions().iter();
        advances
            .map(|glyph| f32::from(i16::try_from(glyph.x_advance).unwrap_or(i16::MAX)))
            .sum::<f32>()
            / units
    }
}

/// A part of a line in one font, script and direction.
pub struct Run {
    /// The text, in reading order.
    pub text: String,
    /// The font.
    pub font: Font,
    /// The direction of the text.
    pub direction: TextDirection,
    /// The width, for a font size of 1.
    pub width: f32,
    /// The glyph that is drawn instead where no font has the text; the text layer keeps the text.
    pub replacement: Option<GlyphId>,
}

/// The font of a cluster.
struct Choice {
    /// The key of the font.
    key: usize,
    font: LoadedFont,
    /// Whether the font has every character of the cluster.
    is_covered: bool,
}

/// A font weight: the embedded font, and the fonts of the system that were needed so far.
pub struct Weight {
    embedded: LoadedFont,
    face: Face<'static>,
    is_bold: bool,
    system_fonts: RefCell<HashMap<usize, Option<LoadedFont>>>,
}

impl Weight {
    fn load(data: &'static [u8], is_bold: bool) -> Result<Self> {
        let embedded = LoadedFont::load(Arc::new(data.to_vec()), 0);
        Ok(Self {
            embedded: embedded.ok_or_else(|| Error::internal("the font cannot be read"))?,
            face: Face::parse(data, 0).map_err(Error::internal)?,
            is_bold,
            system_fonts: RefCell::default(),
        })
    }

    /// Returns the width of a text.
    pub fn width(&self, text: &str, size: f32) -> f32 {
        if text.is_ascii() {
            // One run without shaping: the width is the sum of its advances.
            let advance = |character: char| {
                let glyph = self.face.glyph_index(character).unwrap_or_default();
                f32::from(self.face.glyph_hor_advance(glyph).unwrap_or_default())
            };
            let sum: f32 = text.chars().map(advance).sum();
            return sum * size / f32::from(self.face.units_per_em());
        }
        self.runs(text).iter().map(|run| run.width).sum::<f32>() * size
    }

    /// Truncates a text to a width.
    pub fn truncate(&self, text: &str, size: f32, width: f32) -> String {
        if self.width(text, size) <= width {
            return text.to_owned();
        }
        let mut clusters: Vec<&str> = text.graphemes(true).collect();
        while clusters.pop().is_some() && self.width(&clusters.concat(), size) + size > width {}
        clusters.concat() + "…"
    }

    /// Splits a text into lines that fit. A word that is longer than a line continues on the next line.
    pub fn lines(&self, text: &str, size: f32, width: f32) -> Vec<String> {
        let mut lines = vec![String::new()];
        for word in text.split_whitespace() {
            let mut is_first = true;
            for piece in self.pieces(word, size, width) {
                let space = if is_first { " " } else { "" };
                is_first = false;
                match lines.last_mut() {
                    Some(line) if line.is_empty() => *line = piece,
                    Some(line) if self.width(&format!("{line}{space}{piece}"), size) <= width => {
                        line.push_str(space);
                        line.push_str(&piece);
                    }
                    _ => lines.push(piece),
                }
            }
        }
        lines
    }

    /// Splits a word that is longer than a line.
    fn pieces(&self, word: &str, size: f32, width: f32) -> Vec<String> {
        if self.width(word, size) <= width {
            return vec![word.to_owned()];
        }
        let mut pieces = vec![String::new()];
        for cluster in word.graphemes(true) {
            match pieces.last_mut() {
                Some(piece)
                    if piece.is_empty()
                        || self.width(&format!("{piece}{cluster}"), size) <= width =>
                {
                    piece.push_str(cluster);
                }
                _ => pieces.push(cluster.to_owned()),
            }
        }
        pieces
    }

    /// Returns the runs of a line, from left to right on the page.
    pub fn runs(&self, text: &str) -> Vec<Run> {
        let bidi = BidiInfo::new(text, Some(Level::ltr()));
        let mut runs = Vec::new();
        for paragraph in &bidi.paragraphs {
            let (levels, ranges) = bidi.visual_runs(paragraph, paragraph.range.clone());
            for range in ranges {
                let is_rtl = levels.get(range.start).is_some_and(Level::is_rtl);
                let direction = if is_rtl {
                    TextDirection::RightToLeft
                } else {
                    TextDirection::LeftToRight
                };
                let mut pieces = self.split(text.get(range).unwrap_or_default(), direction);
                if is_rtl {
                    pieces.reverse();
                }
                runs.extend(pieces);
            }
        }
        runs
    }

    /// Splits a text of one direction where the font or the script changes; in reading order.
    fn split(&self, text: &str, direction: TextDirection) -> Vec<Run> {
        let mut pieces: Vec<(Range<usize>, Choice, Script)> = Vec::new();
        for (start, cluster) in text.grapheme_indices(true) {
            let (script, end) = (script_of(cluster), start + cluster.len());
            if let Some((range, last, last_script)) = pieces.last_mut() {
                // A space or a character of no script stays in the font of the character before it.
                let stays = is_shared(script) && last.is_covered && last.font.has_all(cluster);
                let is_same = last.is_covered
                    && (is_shared(*last_script) || *last_script == script)
                    && self
                        .choose(cluster)
                        .is_some_and(|next| next.key == last.key);
                if stays || is_same {
                    range.end = end;
                    if is_shared(*last_script) {
                        *last_script = script;
                    }
                    continue;
                }
            }
            let choice = self.choose(cluster).unwrap_or_else(|| Choice {
                key: EMBEDDED,
                font: self.embedded.clone(),
                is_covered: false,
            });
            pieces.push((start..end, choice, script));
        }
        pieces
            .into_iter()
            .map(|(range, choice, _)| {
                let text = text.get(range).unwrap_or_default();
                if !choice.is_covered {
                    return self.replacement(text, direction);
                }
                Run {
                    text: text.to_owned(),
                    width: choice.font.width(text, direction),
                    font: choice.font.font,
                    direction,
                    replacement: None,
                }
            })
            .collect()
    }

    /// Returns a run that draws the replacement character in place of a text that no font has.
    fn replacement(&self, text: &str, direction: TextDirection) -> Run {
        let glyph = self.face.glyph_index(REPLACEMENT).unwrap_or_default();
        let advance = self.face.glyph_hor_advance(glyph).unwrap_or_default();
        Run {
            text: text.to_owned(),
            width: f32::from(advance) / f32::from(self.face.units_per_em()),
            font: self.embedded.font.clone(),
            direction,
            replacement: Some(GlyphId::new(u32::from(glyph.0))),
        }
    }

    /// Returns the font of a cluster: the embedded font, or a font of the system.
    fn choose(&self, cluster: &str) -> Option<Choice> {
        let lacks = |character: &char| !is_invisible(*character) && !self.has(*character);
        let Some(character) = cluster.chars().find(lacks) else {
            return Some(Choice {
                key: EMBEDDED,
                font: self.embedded.clone(),
                is_covered: true,
            });
        };
        let found = system_fonts::find_font(character, self.is_bold)?;
        let (key, font) = self.load_system_font(&found)?;
        Some(Choice {
            key,
            font,
            is_covered: true,
        })
    }

    fn has(&self, character: char) -> bool {
        self.face.glyph_index(character).is_some()
    }

    /// Returns a font of the system with its key; each is parsed once per document.
    fn load_system_font(&self, found: &SharedFont) -> Option<(usize, LoadedFont)> {
        let key = Arc::as_ptr(found).addr();
        let mut fonts = self.system_fonts.borrow_mut();
        let loaded = fonts
            .entry(key)
            .or_insert_with(|| LoadedFont::load(Arc::clone(&found.data), found.index));
        loaded.clone().map(|font| (key, font))
    }
}

/// Returns the script of a cluster: the script of its first character with a script.
fn script_of(cluster: &str) -> Script {
    let mut scripts = cluster.chars().map(|character| character.script());
    scripts
        .find(|script| !is_shared(*script))
        .unwrap_or(Script::Common)
}

const fn is_shared(script: Script) -> bool {
    matches!(script, Script::Common | Script::Inherited)
}

/// Returns whether a character is a joiner or a selector: it shapes its neighbours and needs no glyph of its own.
const fn is_invisible(character: char) -> bool {
    matches!(character, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
}

/// The regular and the bold font.
pub struct Fonts {
    pub regular: Weight,
    pub bold: Weight,
}

impl Fonts {
    pub fn new() -> Result<Self> {
        Ok(Self {
            regular: Weight::load(dejavu::sans::regular(), false)?,
            bold: Weight::load(dejavu::sans::bold(), true)?,
        })
    }

    /// Returns the font of a style.
    pub const fn get(&self, style: Style) -> &Weight {
        if style.is_bold {
            &self.bold
        } else {
            &self.regular
        }
    }
}
