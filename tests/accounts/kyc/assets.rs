//! Files to upload, made when they are needed: clean ones, and traps of every kind.

use image::{DynamicImage, ImageFormat, RgbImage};
use std::{
    io::Cursor,
    sync::atomic::{AtomicU8, Ordering},
};

/// What no stored byte may show.
pub const NEEDLE: &str = "NEEDLE-52.5200N-13.4050E";

fn picture(width: u32, height: u32) -> DynamicImage {
    static MADE: AtomicU8 = AtomicU8::new(0);
    let shade = MADE.fetch_add(7, Ordering::Relaxed);
    let drawn = RgbImage::from_fn(width, height, |x, y| {
        let wave = u8::try_from((x * 5 + y * 3) % 200).expect("a shade");
        image::Rgb([wave, shade, if x < width / 2 { 230 } else { 20 }])
    });
    drawn.into()
}

fn encoded(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).expect("a picture");
    bytes.into_inner()
}

/// A JPEG, different from every other.
pub fn jpeg(width: u32, height: u32) -> Vec<u8> {
    encoded(&picture(width, height), ImageFormat::Jpeg)
}

/// A PNG, different from every other.
pub fn png(width: u32, height: u32) -> Vec<u8> {
    encoded(&picture(width, height), ImageFormat::Png)
}

/// A PDF of one empty page, with something more in it.
pub fn pdf(more: &str) -> Vec<u8> {
    format!(
        "%PDF-1.7\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Kids[3 0 R]/Count 1>>\nendobj\n\
        3 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>\nendobj\n{more}\ntrailer\n<</Root 1 0 R/Size 4>>\nstartxref\n9\n%%EOF\n"
    )
    .into_bytes()
}

/// A JPEG as a camera writes it: held sideways, and with where it was.
pub fn with_exif(jpeg: &[u8], orientation: u8) -> Vec<u8> {
    let place = NEEDLE.as_bytes();
    let length = u8::try_from(place.len()).expect("a short text");
    let mut exif = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x02".to_vec();
    // Orientation, and a description that begins after the two entries.
    exif.extend([0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0]);
    exif.extend([0x01, 0x0e, 0, 2, 0, 0, 0, length, 0, 0, 0, 38]);
    exif.extend([0, 0, 0, 0]);
    exif.extend(place);
    segment(jpeg, 0xe1, &exif)
}

/// A JPEG with one more segment, right after its beginning.
pub fn segment(jpeg: &[u8], marker: u8, data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(data.len() + 2).expect("a short segment");
    let head = [&[0xff, marker][..], &length.to_be_bytes()].concat();
    [&jpeg[..2], &head, data, &jpeg[2..]].concat()
}

/// A PNG that promises so many pixels and has none.
pub fn pixel_bomb(width: u32, height: u32) -> Vec<u8> {
    let mut header = width.to_be_bytes().to_vec();
    header.extend(height.to_be_bytes());
    header.extend([8, 6, 0, 0, 0]);
    [
        b"\x89PNG\r\n\x1a\n".to_vec(),
        chunk(b"IHDR", &header),
        chunk(b"IDAT", b"x\x9c\x03\0\0\0\0\x01"),
        chunk(b"IEND", b""),
    ]
    .concat()
}

/// A PNG with a chunk right after its header.
pub fn with_chunk(png: &[u8], kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let header = 8 + 25;
    [&png[..header], &chunk(kind, data), &png[header..]].concat()
}

/// A PNG whose compressed text grows a thousand times.
pub fn text_bomb(png: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut packer = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    packer
        .write_all(&vec![b'a'; 64 * 1024 * 1024])
        .expect("packed");
    let text = [&b"Comment\0\0"[..], &packer.finish().expect("packed")].concat();
    with_chunk(png, b"zTXt", &text)
}

fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let body = [&kind[..], data].concat();
    let mut sum = flate2::Crc::new();
    sum.update(&body);
    let length = u32::try_from(data.len()).expect("a short chunk");
    [&length.to_be_bytes()[..], &body, &sum.sum().to_be_bytes()].concat()
}

/// An empty ZIP with one member, as archives are appended to pictures.
pub fn zip() -> Vec<u8> {
    [
        &b"PK\x03\x04\x14\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x05\0\0\0a.exe"[..],
        b"PK\x05\x06\0\0\0\0\x01\0\x01\0\x33\0\0\0\x23\0\0\0\0\0",
    ]
    .concat()
}
