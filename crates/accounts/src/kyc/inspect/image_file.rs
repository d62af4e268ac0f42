//! Images are decoded and encoded again, so that only the pixels remain: location, camera and all other metadata are removed. The
//! orientation is applied first.

use super::{Kind, damaged, rejection};
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
use wire::accounts::kyc::MAX_PIXELS;

/// The maximum memory for decoding one image: four bytes for each pixel of the largest one, and a reserve.
const MEMORY: u64 = MAX_PIXELS * 4 + 16 * 1024 * 1024;
/// JPEG quality that is close to the original without much larger files.
const QUALITY: u8 = 90;

/// Returns the same image without metadata.
pub fn reencode(kind: Kind, bytes: &[u8]) -> Result<Vec<u8>> {
    let (mut image, orientation) = decode(kind, bytes)?;
    image.apply_orientation(orientation);
    encode(kind, &eight_bits(image))
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
    // Checked before any pixel is decoded, because a few bytes can declare billions of pixels.
    if u64::from(width) * u64::from(height) > MAX_PIXELS || decoder.total_bytes() > MEMORY {
        return Err(rejection(
            "too_many_pixels",
            format!(
                "The image has {width} × {height} pixels. Upload an image of at most {} megapixels.",
                MAX_PIXELS / 1_000_000
            ),
        ));
    }
    let mut limits = Limits::default();
    limits.max_alloc = Some(MEMORY);
    decoder.set_limits(limits).map_err(unreadable)?;
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let image = DynamicImage::from_decoder(decoder).map_err(unreadable)?;
    Ok((image, orientation))
}

/// Reduces an image to eight bits per channel, as screens display it.
fn eight_bits(image: DynamicImage) -> DynamicImage {
    match image {
        DynamicImage::ImageLuma16(_) => image.into_luma8().into(),
        DynamicImage::ImageLumaA16(_) => image.into_luma_alpha8().into(),
        DynamicImage::ImageRgb16(_) => image.into_rgb8().into(),
        DynamicImage::ImageRgba16(_) => image.into_rgba8().into(),
        other => other,
    }
}

fn encode(kind: Kind, image: &DynamicImage) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let encoded = match kind {
        Kind::Png => image.write_with_encoder(PngEncoder::new_with_quality(
            &mut bytes,
            CompressionType::Fast,
            FilterType::Adaptive,
        )),
        Kind::Jpeg | Kind::Pdf => {
            image.write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, QUALITY))
        }
    };
    encoded.map_err(Error::internal)?;
    Ok(bytes)
}
