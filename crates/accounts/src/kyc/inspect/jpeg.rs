//! Detects truncated JPEG files. Decoders fill missing parts with grey, which a reviewer might mistake for part of the document.

use super::{Kind, damaged};
use platform::Result;

const END: u8 = 0xd9;
const SCAN: u8 = 0xda;

/// Rejects a file whose segments do not reach the end of the image.
pub fn check(bytes: &[u8]) -> Result<()> {
    if is_complete(bytes) {
        Ok(())
    } else {
        Err(damaged(Kind::Jpeg))
    }
}

fn is_complete(bytes: &[u8]) -> bool {
    let mut rest = bytes.get(2..).unwrap_or_default();
    while let Some((marker, after)) = marker(rest) {
        rest = match marker {
            END => return true,
            // These markers have no segment.
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

/// Returns the marker at the start, and the bytes after it.
fn marker(bytes: &[u8]) -> Option<(u8, &[u8])> {
    let fill = bytes.iter().take_while(|byte| **byte == 0xff).count();
    match bytes.get(fill..)? {
        [marker, rest @ ..] if fill > 0 && *marker != 0 => Some((*marker, rest)),
        _ => None,
    }
}

/// Returns the bytes after a segment that starts with its length.
fn segment(bytes: &[u8]) -> Option<&[u8]> {
    let length = bytes
        .first_chunk::<2>()
        .map(|length| u16::from_be_bytes(*length))?;
    bytes.get(usize::from(length.max(2))..)
}

/// Returns the bytes after the entropy-coded data, from the next marker that is not part of it.
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
    fn truncated_jpeg_is_incomplete() {
        let complete =
            b"\xff\xd8\xff\xe0\0\x04ab\xff\xda\0\x03x\x12\xff\0\x34\xff\xd0\x56\xff\xd9tail";
        assert!(is_complete(complete));
        for length in 2..complete.len() - 5 {
            assert!(
                !is_complete(complete.get(..length).unwrap_or_default()),
                "{length}"
            );
        }
        assert!(!is_complete(b"\xff\xd8\xff\xe0\xff\xff"));
        assert!(!is_complete(b"\xff\xd8\0\0"));
    }
}
