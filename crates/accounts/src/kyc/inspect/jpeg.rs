//! Whether a JPEG is whole. Decoders fill what is missing with grey, which a reviewer might take for the document.

use super::{Kind, damaged};
use platform::Result;

const END: u8 = 0xd9;
const SCAN: u8 = 0xda;

/// Walks the segments up to the end of the picture.
pub fn check(bytes: &[u8]) -> Result<()> {
    if is_whole(bytes) {
        Ok(())
    } else {
        Err(damaged(Kind::Jpeg))
    }
}

fn is_whole(bytes: &[u8]) -> bool {
    let mut rest = bytes.get(2..).unwrap_or_default();
    while let Some((marker, after)) = marker(rest) {
        rest = match marker {
            END => return true,
            // These stand alone.
            0x01 | 0xd0..=0xd7 => after,
            _ => match segment(after) {
                Some(after) if marker == SCAN => entropy(after),
                Some(after) => after,
                None => return false,
            },
        };
    }
    false
}

/// A marker at the very beginning, and what follows it.
fn marker(bytes: &[u8]) -> Option<(u8, &[u8])> {
    let fill = bytes.iter().take_while(|byte| **byte == 0xff).count();
    match bytes.get(fill..)? {
        [marker, rest @ ..] if fill > 0 && *marker != 0 => Some((*marker, rest)),
        _ => None,
    }
}

/// What follows a segment that tells its length.
fn segment(bytes: &[u8]) -> Option<&[u8]> {
    let length = bytes
        .first_chunk::<2>()
        .map(|length| u16::from_be_bytes(*length))?;
    bytes.get(usize::from(length.max(2))..)
}

/// What follows the picture's data: the next marker that is not part of it.
fn entropy(bytes: &[u8]) -> &[u8] {
    let ends =
        |pair: &[u8]| matches!(pair, [0xff, after] if !matches!(after, 0 | 0xff | 0xd0..=0xd7));
    let at = bytes.windows(2).position(ends).unwrap_or(bytes.len());
    bytes.get(at..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_ends_where_it_says() {
        let whole =
            b"\xff\xd8\xff\xe0\0\x04ab\xff\xda\0\x03x\x12\xff\0\x34\xff\xd0\x56\xff\xd9tail";
        assert!(is_whole(whole));
        for length in 2..whole.len() - 5 {
            assert!(
                !is_whole(whole.get(..length).unwrap_or_default()),
                "{length}"
            );
        }
        assert!(!is_whole(b"\xff\xd8\xff\xe0\xff\xff"));
        assert!(!is_whole(b"\xff\xd8\0\0"));
    }
}
