//! QR codes. They are drawn on request and never stored, because the image of an activation code is as secret as the code.

use fast_qr::{
    ECL, QRBuilder, QRCode,
    convert::{Builder, svg::SvgBuilder},
};
use platform::{Error, Result};

/// Empty modules around the code; scanners need four.
const MARGIN: usize = 4;
/// Pixels per module: a code of usual length becomes an image about 300 pixels wide.
const SCALE: usize = 8;

/// Draws a text as a QR code in SVG.
pub fn svg(text: &str) -> Result<String> {
    Ok(SvgBuilder::default().margin(MARGIN).to_str(&code(text)?))
}

/// Draws a text as a QR code in PNG with eight bits of grey, which every email client shows.
pub fn png(text: &str) -> Result<Vec<u8>> {
    let code = code(text)?;
    let side = (code.size + 2 * MARGIN) * SCALE;
    let pixels: Vec<u8> = (0..side)
        .flat_map(|y| (0..side).map(move |x| (x, y)))
        .map(|(x, y)| {
            if is_dark(&code, x / SCALE, y / SCALE) {
                0
            } else {
                u8::MAX
            }
        })
        .collect();
    let length = u32::try_from(side).map_err(Error::internal)?;
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, length, length);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header().map_err(Error::internal)?;
    writer.write_image_data(&pixels).map_err(Error::internal)?;
    writer.finish().map_err(Error::internal)?;
    Ok(out)
}

fn code(text: &str) -> Result<QRCode> {
    // The error of the library is dropped, because the text must not reach the log; it could only be about the length.
    QRBuilder::new(text)
        .ecl(ECL::M)
        .build()
        .map_err(|_| Error::internal("a text is too long for a QR code"))
}

fn is_dark(code: &QRCode, x: usize, y: usize) -> bool {
    let (Some(column), Some(row)) = (x.checked_sub(MARGIN), y.checked_sub(MARGIN)) else {
        return false;
    };
    column < code.size
        && code
            .data
            .get(row * code.size + column)
            .is_some_and(|module| row < code.size && module.value())
}

#[cfg(test)]
mod tests {
    use super::*;

    const LPA: &str = "LPA:1$rsp.example.com$QR-G-5C-1LS-1W1Z9P7";

    #[test]
    fn qr_code_is_drawn_with_a_margin() -> Result<()> {
        let drawn = code(LPA)?;
        assert!(
            is_dark(&drawn, MARGIN, MARGIN),
            "the corner of the finder pattern"
        );
        assert!(!is_dark(&drawn, 0, 0) && !is_dark(&drawn, drawn.size + MARGIN, MARGIN));
        let picture = png(LPA)?;
        assert!(picture.starts_with(b"\x89PNG"));
        assert!(svg(LPA)?.starts_with("<svg"));
        Ok(())
    }

    #[test]
    fn text_that_does_not_fit_is_rejected() {
        assert!(svg(&"x".repeat(5000)).is_err());
    }
}
