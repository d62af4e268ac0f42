//! QR codes, as a phone's camera likes them: dark on white, with the quiet border of four modules that the
//! standard asks for. Drawn here and nowhere else, because what they say is a secret.

use fast_qr::{ECL, QRBuilder, QRCode, convert::{Builder, svg::SvgBuilder}};
use platform::{Error, Result};

/// Modules of white around the code.
const QUIET: usize = 4;
/// Pixels per module of a PNG.
const SCALE: usize = 8;

/// The code as SVG.
pub fn svg(text: &str) -> Result<String> {
    let code = code(text)?;
    Ok(SvgBuilder::default().margin(QUIET).to_str(&code))
}

/// The code as PNG, grey of one bit.
pub fn png(text: &str) -> Result<Vec<u8>> {
    let code = code(text)?;
    let side = code.size.saturating_add(2 * QUIET).saturating_mul(SCALE);
    let side_32 = u32::try_from(side).map_err(Error::internal)?;
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, side_32, side_32);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::One);
    let mut writer = encoder.write_header().map_err(Error::internal)?;
    writer.write_image_data(&pixels(&code, side)).map_err(Error::internal)?;
    writer.finish().map_err(Error::internal)?;
    Ok(file)
}

/// Medium correction: a crease in the paper or a reflection on the screen is forgiven. The cause of a failure may
/// quote the text, so it is not passed on.
fn code(text: &str) -> Result<QRCode> {
    QRBuilder::new(text).ecl(ECL::M).build().map_err(|_| Error::internal("a text does not fit into a QR code"))
}

/// Rows of bits, each padded to whole bytes; one is white.
fn pixels(code: &QRCode, side: usize) -> Vec<u8> {
    let white = vec![true; side];
    let border = std::iter::repeat_n(&white, QUIET * SCALE);
    let rows: Vec<Vec<bool>> = code.data.chunks(code.size).take(code.size).map(|modules| {
        let quiet = || std::iter::repeat_n(true, QUIET * SCALE);
        quiet().chain(modules.iter().flat_map(|module| std::iter::repeat_n(!module.value(), SCALE))).chain(quiet()).collect()
    }).collect();
    let inner = rows.iter().flat_map(|row| std::iter::repeat_n(row, SCALE));
    border.clone().chain(inner).chain(border).flat_map(|row| packed(row)).collect()
}

fn packed(row: &[bool]) -> Vec<u8> {
    row.chunks(8).map(|bits| bits.iter().enumerate().fold(0_u8, |byte, (at, white)| if *white { byte | (0x80 >> at) } else { byte })).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_code_still_fits() -> Result<()> {
        let text = format!("LPA:1$smdp.example.com${}", "A".repeat(232));
        assert!(svg(&text)?.starts_with("<svg"));
        assert!(png(&text)?.starts_with(&[0x89, b'P', b'N', b'G']));
        Ok(())
    }

    #[test]
    fn the_border_is_white() -> Result<()> {
        let code = code("LPA:1$smdp.example.com$A")?;
        let side = (code.size + 2 * QUIET) * SCALE;
        let (bits, row) = (pixels(&code, side), side / 8);
        assert_eq!(bits.len(), side * row);
        assert!(bits.iter().take(row * QUIET * SCALE).all(|byte| *byte == 0xFF));
        assert!(bits.chunks(row).all(|row| row.iter().take(QUIET * SCALE / 8).all(|byte| *byte == 0xFF)));
        assert!(bits.contains(&0));
        Ok(())
    }
}
