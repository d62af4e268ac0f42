//! The name of a file: kept to be shown, never used as one. It must not promise anything else than the file is.

use super::Kind;
use platform::{Error, Result};

/// Endings that run or are shown as a page somewhere. A name that hides one in front of its own is a trick.
const ACTIVE: [&str; 33] = [
    "apk", "app", "asp", "aspx", "bat", "cgi", "cmd", "com", "dll", "exe", "hta", "htm", "html",
    "jar", "js", "jsp", "lnk", "mjs", "msi", "phar", "php", "phtml", "ps1", "py", "scr", "sh",
    "shtml", "svg", "vbs", "wasm", "xhtml", "xml", "zip",
];

/// Whether the name fits the type.
pub fn check(kind: Kind, name: &str) -> Result<()> {
    let fault = |code: &str, message: &str| Err(Error::field("file_name", code, message));
    if name.trim().is_empty() {
        return fault("required", "Say what the file is called.");
    }
    if name.contains(['/', '\\', ':']) || name.contains("..") || name.starts_with('.') {
        return fault("path", "Give the name alone, without folders.");
    }
    if name.chars().any(is_hidden) {
        return fault("control_character", "Remove the invisible characters.");
    }
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));
    let ending = ending.trim().to_lowercase();
    let fits = match kind {
        Kind::Jpeg => matches!(ending.as_str(), "jpg" | "jpeg"),
        Kind::Png => ending == "png",
        Kind::Pdf => ending == "pdf",
    };
    if !fits {
        return fault(
            "ending",
            "The name's ending does not fit the type. Use .pdf, .jpg, .jpeg or .png.",
        );
    }
    let parts = stem.split('.').skip(1);
    if parts
        .map(|part| part.trim().to_lowercase())
        .any(|part| ACTIVE.contains(&part.as_str()))
    {
        return fault(
            "ending",
            "The name has two endings. Keep the last one only.",
        );
    }
    Ok(())
}

/// Control characters, and those that turn the direction of writing: `gnp.exe` shown as `exe.png`.
fn is_hidden(letter: char) -> bool {
    letter.is_control()
        || matches!(
            letter,
            '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_name_and_nothing_else() {
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
