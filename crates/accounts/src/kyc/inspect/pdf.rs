//! PDFs are kept as they are, so they are refused when they do anything but show pages.
//!
//! The file is not believed about where its objects stand: what a reader would rebuild from a broken table counts as
//! well. So every name in it is looked at, wherever it stands, and however it is written; what is packed is unpacked
//! first. What cannot be unpacked, but may hold objects, is refused.

use super::{Kind, damaged, fault, markers::find};
use flate2::read::ZlibDecoder;
use platform::{Error, Result};
use std::io::Read;

/// What all packed parts may come to. A scanned page in colours has some 25 MB.
const UNPACKED: usize = 256 * 1024 * 1024;
/// Unpacked at a time.
const CHUNK: usize = 64 * 1024;
/// The longest name that matters, as long as it can be written.
const NAME: usize = 64;
/// Packed within packed, deeper than which nobody means well.
const LAYERS: u8 = 3;

/// What a PDF may not have: the names that say so, and what is told.
const REFUSED: [(&[&str], &str, &str); 4] = [
    (
        &["Encrypt"],
        "encrypted",
        "The PDF is protected. Save it without a password, and upload that.",
    ),
    (
        &["JavaScript", "Rendition", "RichMedia", "XFA"],
        "active",
        "The PDF contains scripts or media. Print it into a new PDF, and upload that.",
    ),
    (
        &[
            "EmbeddedFile",
            "EmbeddedFiles",
            "FileAttachment",
            "Collection",
        ],
        "attachments",
        "The PDF contains other files. Print it into a new PDF, and upload that.",
    ),
    (
        &["Launch", "SubmitForm", "ImportData", "GoToE", "GoToR"],
        "active",
        "The PDF starts programs or sends data. Print it into a new PDF, and upload that.",
    ),
];
/// Ways of packing that are not unpacked here. Pictures and pages may use them, objects may not.
const FOREIGN: [&str; 9] = [
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

/// Whether the PDF does nothing but show pages.
pub fn check(bytes: &[u8]) -> Result<()> {
    if !is_whole(bytes) {
        return Err(damaged(Kind::Pdf));
    }
    let mut seen = Seen::default();
    seen.look(bytes)?;
    let mut left = UNPACKED;
    for packed in packed(bytes) {
        unpack(&mut seen, packed, &mut left, 1)?;
    }
    if seen.packs_objects && seen.packs_strangely {
        return Err(unreadable());
    }
    if !seen.has_pages {
        return Err(damaged(Kind::Pdf));
    }
    Ok(())
}

/// The version at the beginning, and the end at the end: nothing was cut off, and nothing was appended.
fn is_whole(bytes: &[u8]) -> bool {
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
    fault(
        "unreadable",
        "The PDF is packed in a way that cannot be checked. Print it into a new PDF, and upload that.",
    )
}

/// What was found so far.
#[derive(Default)]
struct Seen {
    has_pages: bool,
    packs_objects: bool,
    packs_strangely: bool,
}

impl Seen {
    /// Looks at every name in a piece of the file.
    fn look(&mut self, piece: &[u8]) -> Result<()> {
        for at in memchr::memchr_iter(b'/', piece) {
            let name = name(piece.get(at.saturating_add(1)..).unwrap_or_default());
            let Ok(name) = std::str::from_utf8(&name) else {
                continue;
            };
            let refused = REFUSED.iter().find(|(names, _, _)| names.contains(&name));
            if let Some((_, code, message)) = refused {
                return Err(fault(code, *message));
            }
            self.has_pages |= matches!(name, "Page" | "Pages");
            self.packs_objects |= name == "ObjStm";
            self.packs_strangely |= FOREIGN.contains(&name);
        }
        Ok(())
    }
}

/// A name, without its slash, as it is meant: `J#61vaScript` is `JavaScript`.
fn name(bytes: &[u8]) -> Vec<u8> {
    let mut name = Vec::new();
    let mut rest = bytes;
    while let [letter, after @ ..] = rest
        && name.len() < NAME
        && is_regular(*letter)
    {
        (rest, name) = match (letter, after) {
            (b'#', [high, low, after @ ..]) if let Some(byte) = byte(*high, *low) => {
                (after, pushed(name, byte))
            }
            _ => (after, pushed(name, *letter)),
        };
    }
    name
}

fn pushed(mut name: Vec<u8>, byte: u8) -> Vec<u8> {
    name.push(byte);
    name
}

fn byte(high: u8, low: u8) -> Option<u8> {
    let digit = |letter: u8| char::from(letter).to_digit(16);
    u8::try_from(digit(high)? * 16 + digit(low)?).ok()
}

/// Neither a space nor what begins or ends something else.
const fn is_regular(letter: u8) -> bool {
    !matches!(
        letter,
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

/// Whatever may be a packed part: what follows the word `stream` and begins as such a part does. Where it ends is
/// for the unpacking to find out.
fn packed(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    find(bytes, b"stream").filter_map(|at| {
        let after = bytes.get(at.saturating_add(6)..)?;
        let blanks = after
            .iter()
            .take(4)
            .take_while(|byte| byte.is_ascii_whitespace())
            .count();
        after.get(blanks..).filter(|part| is_packed(part))
    })
}

/// The two bytes that zlib begins with.
fn is_packed(bytes: &[u8]) -> bool {
    let Some([first, second]) = bytes.first_chunk::<2>() else {
        return false;
    };
    first & 0x0f == 8 && u16::from_be_bytes([*first, *second]) % 31 == 0
}

/// Unpacks a part piece by piece and looks at each; then at what is packed within it again, and so on.
fn unpack(seen: &mut Seen, packed: &[u8], left: &mut usize, layers: u8) -> Result<()> {
    let mut reader: Box<dyn Read + '_> = Box::new(packed);
    for _ in 0..layers {
        reader = Box::new(ZlibDecoder::new(reader));
    }
    let (mut piece, mut head) = (Vec::with_capacity(CHUNK + NAME), Vec::new());
    let mut buffer = vec![0; CHUNK];
    // What does not unpack to its end was no packed part, or is broken: up to there it has been looked at.
    while let Ok(count) = reader.read(&mut buffer)
        && count > 0
    {
        *left = left.checked_sub(count).ok_or_else(unreadable)?;
        let fresh = buffer.get(..count).unwrap_or_default();
        let missing = 2_usize.saturating_sub(head.len());
        head.extend(fresh.iter().take(missing));
        piece.extend_from_slice(fresh);
        seen.look(&piece)?;
        // A name may stand across the border.
        piece.drain(..piece.len().saturating_sub(NAME));
    }
    match is_packed(&head) {
        false => Ok(()),
        true if layers < LAYERS => unpack(seen, packed, left, layers.saturating_add(1)),
        true => Err(unreadable()),
    }
}

#[cfg(test)]
mod tests;
