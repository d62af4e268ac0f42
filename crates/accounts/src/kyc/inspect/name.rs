//! Checks of file names. A name is stored for display and never used as a path; it must match the type of the file.

use super::Kind;
use platform::{Error, Result};

/// Extensions of files that programs execute or display as a page. A name must not hide one before its last extension.
const ACTIVE_EXTENSIONS: [&str; 33] = [
    "apk", "app", "asp", "aspx", "bat", "cgi", "cmd", "com", "dll", "exe", "hta", "htm", "html",
    "jar", "js", "jsp", "lnk", "mjs", "msi", "phar", "php", "phtml", "ps1", "py", "scr", "sh",
    "shtml", "svg", "vbs", "wasm", "xhtml", "xml", "zip",
];

/// Rejects a name that does not fit the type.
pub fn check(kind: Kind, name: &str) -> Result<()> {
    let reject = |code: &str, message: &str| Err(Error::field("file_name", code, message));
    if name.trim().is_empty() {
        return reject("required", "Enter the name of the file.");
    }
    if name.contains(['/', '\\', ':']) || name.contains("..") || name.starts_with('.') {
        return reject("path", "Enter the file name without folders.");
    }
    if name.chars().any(is_hidden) {
        return reject(
            "control_character",
            "Remove the invisible characters from the file name.",
        );
    }
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
    let extension = extension.trim().to_lowercase();
    let fits = match kind {
        Kind::Jpeg => matches!(extension.as_str(), "jpg" | "jpeg"),
        Kind::Png => extension == "png",
        Kind::Pdf => extension == "pdf",
    };
    if !fits {
        return reject(
            "ending",
            "The file extension does not match the type. Use .pdf, .jpg, .jpeg or .png.",
        );
    }
    let parts = stem.split('.').skip(1);
    if parts
        .map(|part| part.trim().to_lowercase())
        .any(|part| ACTIVE_EXTENSIONS.contains(&part.as_str()))
    {
        return reject(
            "ending",
            "The name has two file extensions. Keep only the last one.",
        );
    }
    Ok(())
}

/// Returns whether a character is invisible: control characters, and those that reverse the writing direction, which display
/// `gnp.exe` as `exe.png`.
fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn name_rejects_paths_wrong_extensions_and_hidden_characters() {
        for name in [
            "passport.jpg",
            "Mein Paß, Seite 2.JPEG",
            "scan.2026.11.jpg",
            "護照.jpg",
        ] {
            assert!(check(Kind::Jpeg, name).is_ok(), "{name}");
        }
        for name in [
            "",
            "passport",
            "passport.png",
            "passport.jpg.exe",
            "passport.php.jpg",
            "passport.HTML .jpg",
            "../../etc/passwd.jpg",
            "C:\\passport.jpg",
            "C:passport.jpg",
            "..jpg",
            ".jpg",
            "pass\u{0}port.jpg",
            "pass\nport.jpg",
            "pass\u{202e}gpj.jpg",
        ] {
            assert!(check(Kind::Jpeg, name).is_err(), "{name:?}");
        }
        assert!(check(Kind::Pdf, "bill.PDF").is_ok());
        assert!(check(Kind::Pdf, "bill.jpg").is_err());
    }
}
