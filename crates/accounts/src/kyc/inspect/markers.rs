//! A second format within a file. A file that is a picture to one program and a page or an archive to another is a trap
//! for whichever comes second.

use super::fault;
use platform::Result;

/// What begins a page or a script, in small letters. Long enough that no picture contains one by chance.
const PAGES: [&[u8]; 8] = [
    b"<script",
    b"<html",
    b"<!doctype html",
    b"<svg",
    b"<iframe",
    b"<?php",
    b"javascript:",
    b"__halt_compiler",
];
/// What begins or ends an archive.
const ARCHIVES: [&[u8]; 5] = [
    // A member of a ZIP, of a version up to 6.3, and the end of one on a single disk.
    b"PK\x03\x04",
    b"PK\x05\x06\0\0",
    b"Rar!\x1a\x07",
    b"7z\xbc\xaf\x27\x1c",
    b"!<arch>\n",
];
const PDF: &[u8] = b"%PDF-";

/// Whether the file is one thing only. Whatever its first bytes say it is has been seen by then.
pub fn check(bytes: &[u8]) -> Result<()> {
    let rest = bytes.get(1..).unwrap_or_default();
    let small = rest.to_ascii_lowercase();
    let is_page = PAGES.iter().any(|mark| contains(&small, mark));
    let is_archive = ARCHIVES
        .iter()
        .any(|mark| find(rest, mark).any(|at| is_real(rest, mark, at)));
    if is_page || is_archive || contains(rest, PDF) {
        return Err(fault(
            "second_format",
            "The file contains another one, such as a page, a script or an archive. Upload the document alone.",
        ));
    }
    Ok(())
}

/// Four bytes come by chance in a large picture; with the version that follows them they do not.
fn is_real(bytes: &[u8], mark: &[u8], at: usize) -> bool {
    if mark != b"PK\x03\x04" {
        return true;
    }
    let version = bytes
        .get(at.saturating_add(mark.len())..)
        .unwrap_or_default();
    matches!(version, [10..=63, 0, ..])
}

fn contains(bytes: &[u8], mark: &[u8]) -> bool {
    find(bytes, mark).next().is_some()
}

/// Where a mark stands.
pub fn find<'a>(bytes: &'a [u8], mark: &'a [u8]) -> impl Iterator<Item = usize> + 'a {
    memchr::memmem::find_iter(bytes, mark)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_begins_something_else_is_found_wherever_it_stands() {
        let mut file = vec![0xff; 5000];
        assert!(check(&file).is_ok());
        for mark in [
            &b"<ScRiPt>"[..],
            b"<HTML>",
            b"<svg xmlns",
            b"<?php ",
            b"PK\x03\x04\x14\0\0\0",
            b"PK\x05\x06\0\0\0\0",
            b"%PDF-1.4",
        ] {
            let mut trap = file.clone();
            trap.extend_from_slice(mark);
            assert!(check(&trap).is_err(), "{}", String::from_utf8_lossy(mark));
        }
        file.extend_from_slice(b"PK\x03\x04\xff\xff");
        assert!(check(&file).is_ok());
    }
}
