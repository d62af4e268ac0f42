//! Checks of PDF files. A PDF is stored unchanged, so it is rejected if it can do anything but display pages.
//!
//! The check does not use the object table of the file, because a reader rebuilds a broken one. It scans every name in the file,
//! at any position and in any spelling, after decompressing compressed streams. A stream that may contain objects but cannot be
//! decompressed causes a rejection.

use super::{Kind, damaged, markers::find, rejection};
use flate2::read::ZlibDecoder;
use platform::{Error, Result};
use std::io::Read;

/// The maximum total size of all decompressed streams, in bytes. A page scanned in colour has some 25 MB.
const MAX_DECOMPRESSED: usize = 256 * 1024 * 1024;
/// Bytes that are decompressed at a time.
const CHUNK: usize = 64 * 1024;
/// The maximum encoded length of a name that is checked.
const MAX_NAME: usize = 64;
/// The maximum depth of compression within compression.
const MAX_LAYERS: u8 = 3;

/// Features that a PDF must not have: their names, the code of the error, and its message.
const FORBIDDEN: [(&[&str], &str, &str); 4] = [
    (
        &["Encrypt"],
        "encrypted",
        "The PDF is protected by a password. Save it without a password and upload the new file.",
    ),
    (
        &["JavaScript", "Rendition", "RichMedia", "XFA"],
        "active",
        "The PDF contains scripts or media. Print it to a new PDF and upload the new file.",
    ),
    (
        &[
            "EmbeddedFile",
            "EmbeddedFiles",
            "FileAttachment",
            "Collection",
        ],
        "attachments",
        "The PDF contains other files. Print it to a new PDF and upload the new file.",
    ),
    (
        &["Launch", "SubmitForm", "ImportData", "GoToE", "GoToR"],
        "active",
        "The PDF starts programs or sends data. Print it to a new PDF and upload the new file.",
    ),
];
/// Filters that this check cannot decode. Images and pages may use them; object streams must not.
const UNSUPPORTED_FILTERS: [&str; 9] = [
    "LZWDecode",
    "LZW",
    "ASCII85Decode",
    "A85",
    "ASCIIHexDecode",
    "AHx",
    "RunLengthDecode",
    "RL",
    "Crypt",
];

/// Rejects a PDF that can do anything but display pages.
pub fn check(bytes: &[u8]) -> Result<()> {
    if !is_complete(bytes) {
        return Err(damaged(Kind::Pdf));
    }
    let mut findings = Findings::default();
    findings.scan(bytes)?;
    let mut left = MAX_DECOMPRESSED;
    for stream in compressed_streams(bytes) {
        decompress(&mut findings, stream, &mut left, 1)?;
    }
    if findings.has_object_streams && findings.has_unsupported_filter {
        return Err(unreadable());
    }
    if !findings.has_pages {
        return Err(damaged(Kind::Pdf));
    }
    Ok(())
}

/// Returns whether the file starts with a version and ends with the end marker: it is neither truncated nor extended.
fn is_complete(bytes: &[u8]) -> bool {
    let version = bytes.get(5..7).unwrap_or_default();
    let blank = |byte: &&u8| byte.is_ascii_whitespace() || **byte == 0;
    let tail = bytes.iter().rev().take_while(blank).count();
    let end = bytes.len().saturating_sub(tail);
    matches!(version, b"1." | b"2.")
        && bytes
            .get(..end)
            .is_some_and(|file| file.ends_with(b"%%EOF"))
}

fn unreadable() -> Error {
    rejection(
        "unreadable",
        "The PDF is compressed in a way that cannot be checked. Print it to a new PDF and upload the new file.",
    )
}

/// The findings so far.
#[derive(Default)]
struct Findings {
    has_pages: bool,
    has_object_streams: bool,
    has_unsupported_filter: bool,
}

impl Findings {
    /// Scans every name in a piece of the file.
    fn scan(&mut self, piece: &[u8]) -> Result<()> {
        for at in memchr::memchr_iter(b'/', piece) {
            let name = name(piece.get(at.saturating_add(1)..).unwrap_or_default());
            let Ok(name) = std::str::from_utf8(&name) else {
                continue;
            };
            let forbidden = FORBIDDEN.iter().find(|(names, _, _)| names.contains(&name));
            if let Some((_, code, message)) = forbidden {
                return Err(rejection(code, *message));
            }
            self.has_pages |= matches!(name, "Page" | "Pages");
            self.has_object_streams |= name == "ObjStm";
            self.has_unsupported_filter |= UNSUPPORTED_FILTERS.contains(&name);
        }
        Ok(())
    }
}

/// Decodes a name, without its slash: `J#61vaScript` is `JavaScript`.
fn name(bytes: &[u8]) -> Vec<u8> {
    let mut name = Vec::new();
    let mut rest = bytes;
    while let [current, after @ ..] = rest
        && name.len() < MAX_NAME
        && is_regular(*current)
    {
        (rest, name) = match (current, after) {
            (b'#', [high, low, after @ ..]) if let Some(byte) = byte(*high, *low) => {
                (after, pushed(name, byte))
            }
            _ => (after, pushed(name, *current)),
        };
    }
    name
}

fn pushed(mut name: Vec<u8>, byte: u8) -> Vec<u8> {
    name.push(byte);
    name
}

fn byte(high: u8, low: u8) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    u8::try_from(digit(high)? * 16 + digit(low)?).ok()
}

/// Returns whether a byte is a regular character of a PDF: neither white space nor a delimiter.
const fn is_regular(byte: u8) -> bool {
    !matches!(
        byte,
        0 | b'\t'
            | b'\n'
            | 12
            | b'\r'
            | b' '
            | b'('
            | b')'
            | b'<'
            | b'>'
            | b'['
            | b']'
            | b'{'
            | b'}'
            | b'/'
            | b'%'
    )
}

/// Returns every possible compressed stream: the bytes after the word `stream` that start with a zlib header. Decompression finds
/// the end of the stream.
fn compressed_streams(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    find(bytes, b"stream").filter_map(|at| {
        let after = bytes.get(at.saturating_add(6)..)?;
        let blanks = after
            .iter()
            .take(4)
            .take_while(|byte| byte.is_ascii_whitespace())
            .count();
        after.get(blanks..).filter(|part| has_zlib_header(part))
    })
}

/// Returns whether the first two bytes are a zlib header.
fn has_zlib_header(bytes: &[u8]) -> bool {
    let Some([first, second]) = bytes.first_chunk::<2>() else {
        return false;
    };
    first & 0x0f == 8 && u16::from_be_bytes([*first, *second]) % 31 == 0
}

/// Decompresses a stream piece by piece and scans each piece, and then does the same for data that is compressed again within it.
fn decompress(findings: &mut Findings, stream: &[u8], left: &mut usize, layers: u8) -> Result<()> {
    let mut reader: Box<dyn Read + '_> = Box::new(stream);
    for _ in 0..layers {
        reader = Box::new(ZlibDecoder::new(reader));
    }
    let (mut piece, mut head) = (Vec::with_capacity(CHUNK + MAX_NAME), Vec::new());
    let mut buffer = vec![0; CHUNK];
    // Data that does not decompress to its end is no compressed stream, or is broken. The part before the error is scanned.
    while let Ok(count) = reader.read(&mut buffer)
        && count > 0
    {
        *left = left.checked_sub(count).ok_or_else(unreadable)?;
        let fresh = buffer.get(..count).unwrap_or_default();
        let missing = 2_usize.saturating_sub(head.len());
        head.extend(fresh.iter().take(missing));
        piece.extend_from_slice(fresh);
        findings.scan(&piece)?;
        // A name may span two pieces.
        piece.drain(..piece.len().saturating_sub(MAX_NAME));
    }
    match has_zlib_header(&head) {
        false => Ok(()),
        true if layers < MAX_LAYERS => decompress(findings, stream, left, layers.saturating_add(1)),
        true => Err(unreadable()),
    }
}

#[cfg(test)]
mod tests;
