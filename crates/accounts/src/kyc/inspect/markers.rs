//! Detects polyglot files: files that are an image to one program and a page, script or archive to another.

use super::rejection;
use platform::Result;

/// Starts of pages and scripts, in lower case. Each is long enough not to occur in an image by chance.
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
/// Starts and ends of archives.
const ARCHIVES: [&[u8]; 5] = [
    // A member of a ZIP archive of a version up to 6.3, and the end of one on a single disk.
    b"PK\x03\x04",
    b"PK\x05\x06\0\0",
    b"Rar!\x1a\x07",
    b"7z\xbc\xaf\x27\x1c",
    b"!<arch>\n",
];
const PDF: &[u8] = b"%PDF-";

/// Rejects a file that contains a second format. The caller has checked the first bytes.
pub fn check(bytes: &[u8]) -> Result<()> {
    let rest = bytes.get(1..).unwrap_or_default();
    let lower_case = rest.to_ascii_lowercase();
    let is_page = PAGES.iter().any(|mark| contains(&lower_case, mark));
    let is_archive = ARCHIVES
        .iter()
        .any(|mark| find(rest, mark).any(|at| is_archive_mark(rest, mark, at)));
    if is_page || is_archive || contains(rest, PDF) {
        return Err(rejection(
            "second_format",
            "The file contains another file, such as a web page, a script or an archive. Upload the document alone.",
        ));
    }
    Ok(())
}

/// Returns whether a mark belongs to an archive. The four bytes of a ZIP member occur in large images by chance; together with
/// the version after them they do not.
fn is_archive_mark(bytes: &[u8], mark: &[u8], at: usize) -> bool {
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

/// Returns the positions of a mark.
pub fn find<'a>(bytes: &'a [u8], mark: &'a [u8]) -> impl Iterator<Item = usize> + 'a {
    memchr::memmem::find_iter(bytes, mark)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn second_format_is_detected_anywhere_in_the_file() {
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
            let mut polyglot = file.clone();
            polyglot.extend_from_slice(mark);
            assert!(
                check(&polyglot).is_err(),
                "{}",
                String::from_utf8_lossy(mark)
            );
        }
        file.extend_from_slice(b"PK\x03\x04\xff\xff");
        assert!(check(&file).is_ok());
    }
}
