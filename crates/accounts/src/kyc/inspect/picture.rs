//! Pictures, drawn anew: what comes out has the pixels and nothing else. Where the camera was held, whose it is and
//! whatever else stood in the file is gone; how it was turned is applied first.

use super::{Kind, damaged, fault};
use image::{
    DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits,
    codecs::{
        jpeg::JpegEncoder,
        png::{CompressionType, FilterType, PngEncoder},
    },
    metadata::Orientation,
};
use platform::{Error, Result};
use std::io::Cursor;
use wire::accounts::kyc::PIXELS;

/// Memory for one picture while it is decoded: the pixels of the largest one, four bytes each, and some more.
const MEMORY: u64 = PIXELS * 4 + 16 * 1024 * 1024;
/// Hardly to be told from the original, and not much larger.
const QUALITY: u8 = 90;

/// The same picture without anything else.
pub fn redraw(kind: Kind, bytes: &[u8]) -> Result<Vec<u8>> {
    let (mut picture, turned) = decode(kind, bytes)?;
    picture.apply_orientation(turned);
    encode(kind, &eight_bits(picture))
}

fn decode(kind: Kind, bytes: &[u8]) -> Result<(DynamicImage, Orientation)> {
    let format = match kind {
        Kind::Png => ImageFormat::Png,
        Kind::Jpeg | Kind::Pdf => ImageFormat::Jpeg,
    };
    let unreadable = |_| damaged(kind);
    let mut decoder = ImageReader::with_format(Cursor::new(bytes), format)
        .into_decoder()
        .map_err(unreadable)?;
    let (width, height) = decoder.dimensions();
    // Before a single pixel is decoded: a few bytes can promise billions of them.
    if u64::from(width) * u64::from(height) > PIXELS || decoder.total_bytes() > MEMORY {
        return Err(fault(
            "too_many_pixels",
            format!(
                "The picture has {width} × {height} pixels. Send one of {} megapixels at most.",
                PIXELS / 1_000_000
            ),
        ));
    }
    let mut limits = Limits::default();
    limits.max_alloc = Some(MEMORY);
    decoder.set_limits(limits).map_err(unreadable)?;
    let turned = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let picture = DynamicImage::from_decoder(decoder).map_err(unreadable)?;
    Ok((picture, turned))
}

/// As screens show it: finer shades only cost space.
fn eight_bits(picture: DynamicImage) -> DynamicImage {
    match picture {
        DynamicImage::ImageLuma16(_) => picture.into_luma8().into(),
        DynamicImage::ImageLumaA16(_) => picture.into_luma_alpha8().into(),
        DynamicImage::ImageRgb16(_) => picture.into_rgb8().into(),
        DynamicImage::ImageRgba16(_) => picture.into_rgba8().into(),
        other => other,
    }
}

fn encode(kind: Kind, picture: &DynamicImage) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let encoded = match kind {
        Kind::Png => picture.write_with_encoder(PngEncoder::new_with_quality(
            &mut bytes,
            CompressionType::Fast,
            FilterType::Adaptive,
        )),
        Kind::Jpeg | Kind::Pdf => {
            picture.write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, QUALITY))
        }
    };
    encoded.map_err(Error::internal)?;
    Ok(bytes)
}
