//! Drawings of the seeded documents: bars for text and shapes for a face, without personal data.

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use platform::{Error, Result};
use std::io::Cursor;

type Colour = [u8; 3];

const PAPER: Colour = [244, 241, 232];
const INK: Colour = [58, 62, 74];
const FAINT: Colour = [196, 196, 190];
const BACKGROUND: Colour = [120, 104, 88];
/// The colours of the issuers.
const ISSUERS: [Colour; 5] = [
    [122, 36, 48],
    [28, 66, 120],
    [32, 96, 72],
    [92, 60, 128],
    [40, 84, 110],
];

/// How a document was photographed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shot {
    /// Upright.
    Straight,
    /// Rotated by 90 degrees.
    Sideways,
    /// Without enough light.
    Dark,
}

struct Canvas(RgbImage);

impl Canvas {
    fn rect(&mut self, left: u32, top: u32, width: u32, height: u32, colour: Colour) {
        for y in top..top + height {
            for x in left..left + width {
                if let Some(pixel) = self.0.get_pixel_mut_checked(x, y) {
                    *pixel = Rgb(colour);
                }
            }
        }
    }
    fn disc(&mut self, x: u32, y: u32, half_width: u32, half_height: u32, colour: Colour) {
        let square = |a: u32, b: u32| u64::from(a.abs_diff(b)).pow(2);
        let (wide, high) = (u64::from(half_width), u64::from(half_height));
        for row in y.saturating_sub(half_height)..y + half_height {
            for column in x.saturating_sub(half_width)..x + half_width {
                let inside = square(column, x) * high * high + square(row, y) * wide * wide;
                if inside <= wide * wide * high * high {
                    self.rect(column, row, 1, 1, colour);
                }
            }
        }
    }
    /// Draws lines of text as bars of different lengths.
    fn lines(&mut self, left: u32, top: u32, count: u32, seed: u32) {
        for line in 0..count {
            let y = top + line * 58;
            self.rect(left, y, 90 + (seed * 37 + line * 53) % 70, 9, FAINT);
            self.rect(left, y + 17, 190 + (seed * 71 + line * 97) % 260, 16, INK);
        }
    }
    /// Draws the machine-readable zone as blocks of equal width.
    fn blocks(&mut self, top: u32, seed: u32) {
        for row in 0..2 {
            for column in 0..44 {
                let gap = (seed + column * 7 + row * 3).is_multiple_of(11);
                let height = if gap { 5 } else { 22 };
                self.rect(64 + column * 24, top + row * 44, 15, height, INK);
            }
        }
    }
    fn face(&mut self, left: u32, top: u32, seed: u32) {
        let skin = [
            [232, 198, 170],
            [186, 138, 104],
            [120, 82, 60],
            [246, 218, 196],
        ];
        let hair = [[40, 32, 30], [110, 74, 44], [176, 150, 96], [150, 150, 154]];
        let pick = |colours: &[Colour; 4], by: u32| {
            let index = usize::try_from(seed / by % 4).unwrap_or_default();
            colours.get(index).copied().unwrap_or(PAPER)
        };
        self.rect(left, top, 250, 320, [212, 222, 230]);
        self.disc(left + 125, top + 128, 84, 96, pick(&hair, 1));
        self.disc(left + 125, top + 146, 64, 80, pick(&skin, 2));
        for y in 0..92 {
            let half = 50 + y / 2;
            self.rect(left + 125 - half, top + 228 + y, half * 2, 1, [70, 82, 104]);
        }
    }
}

/// Draws an identity document with a face, as a JPEG.
pub fn photo_id(seed: u32, shot: Shot) -> Result<Vec<u8>> {
    let (width, height) = (1200, 800);
    let mut canvas = Canvas(RgbImage::from_pixel(width, height, Rgb(BACKGROUND)));
    let issuer = usize::try_from(seed).unwrap_or_default() % ISSUERS.len();
    let colour = ISSUERS.get(issuer).copied().unwrap_or(INK);
    canvas.rect(40, 40, width - 80, height - 80, PAPER);
    canvas.rect(40, 40, width - 80, 92, colour);
    canvas.rect(72, 74, 310, 26, PAPER);
    canvas.disc(1080, 86, 28, 28, PAPER);
    canvas.face(76, 176, seed);
    canvas.lines(380, 184, 6, seed);
    canvas.disc(1010, 420, 96, 96, [226, 222, 206]);
    canvas.blocks(height - 172, seed);
    let mut picture = DynamicImage::from(canvas.0);
    match shot {
        Shot::Straight => {}
        Shot::Sideways => picture = picture.rotate270(),
        Shot::Dark => picture = picture.brighten(-150),
    }
    let mut bytes = Cursor::new(Vec::new());
    picture
        .write_to(&mut bytes, ImageFormat::Jpeg)
        .map_err(Error::internal)?;
    Ok(bytes.into_inner())
}

/// Draws a bill, as a PDF of one page.
pub fn bill(seed: u32) -> Vec<u8> {
    let mut page = "0.12 0.34 0.52 rg 48 740 500 40 re f\n0.25 0.27 0.32 rg\n".to_owned();
    for line in 0..18 {
        let width = 120 + (seed * 41 + line * 67) % 300;
        page.push_str(&format!("56 {} {width} 8 re f\n", 700 - line * 28));
    }
    let objects = [
        "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
        "<</Type/Pages/Kids[3 0 R]/Count 1>>".to_owned(),
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R>>".to_owned(),
        format!("<</Length {}>>\nstream\n{page}endstream", page.len()),
    ];
    let (mut file, mut table) = ("%PDF-1.4\n".to_owned(), String::new());
    for (number, object) in objects.iter().enumerate() {
        table.push_str(&format!("{:010} 00000 n \n", file.len()));
        file.push_str(&format!("{} 0 obj\n{object}\nendobj\n", number + 1));
    }
    let begin = file.len();
    file.push_str(&format!(
        "xref\n0 5\n0000000000 65535 f \n{table}trailer\n<</Size 5/Root 1 0 R>>\nstartxref\n{begin}\n%%EOF\n"
    ));
    file.into_bytes()
}
