//! What an uploaded file really is. Nothing that a file says of itself is believed: its type, its name and its content
//! must agree, and it must be one thing only. Pictures are drawn anew, so nothing but the picture is left of them.

mod jpeg;
mod markers;
mod name;
mod pdf;
mod picture;

use platform::{Error, Result};
use wire::ProblemCode;

/// The types that are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Jpeg,
    Png,
    Pdf,
}

impl Kind {
    const ALL: [Self; 3] = [Self::Jpeg, Self::Png, Self::Pdf];

    /// Its media type.
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Pdf => "application/pdf",
        }
    }
    /// The ending of a name for it.
    pub const fn ending(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::Pdf => "pdf",
        }
    }
    /// The type of this media type.
    pub fn of(content_type: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.content_type() == content_type)
    }
    /// What its first bytes are.
    const fn header(self) -> &'static [u8] {
        match self {
            Self::Jpeg => b"\xff\xd8\xff",
            Self::Png => b"\x89PNG\r\n\x1a\n",
            Self::Pdf => b"%PDF-",
        }
    }
    const fn word(self) -> &'static str {
        match self {
            Self::Jpeg => "JPEG",
            Self::Png => "PNG",
            Self::Pdf => "PDF",
        }
    }
}

/// A file, as it is kept.
pub struct Clean {
    pub kind: Kind,
    pub bytes: Vec<u8>,
}

/// The type that a file claims to be, where its media type and its name agree. Quick: no content is looked at.
pub fn claimed(content_type: &str, file_name: &str) -> Result<Kind> {
    let kind = Kind::of(content_type).ok_or_else(|| {
        Error::because(
            ProblemCode::UnsupportedMediaType,
            "Send a PDF, a JPEG or a PNG, with its type as the Content-Type.",
        )
    })?;
    name::check(kind, file_name)?;
    Ok(kind)
}

/// The file as it may be kept, or why it may not. Slow: pictures are decoded and encoded.
pub fn clean(kind: Kind, bytes: &[u8]) -> Result<Clean> {
    if bytes.is_empty() {
        return Err(fault("empty", "The file is empty."));
    }
    if !bytes.starts_with(kind.header()) {
        return Err(fault(
            "not_what_it_says",
            format!("This is not a {}, whatever its name says.", kind.word()),
        ));
    }
    markers::check(bytes)?;
    let bytes = match kind {
        Kind::Pdf => pdf::check(bytes).map(|()| bytes.to_vec())?,
        Kind::Jpeg => jpeg::check(bytes).and_then(|()| picture::redraw(kind, bytes))?,
        Kind::Png => picture::redraw(kind, bytes)?,
    };
    Ok(Clean { kind, bytes })
}

/// What is wrong with the file.
fn fault(code: &str, message: impl Into<String>) -> Error {
    Error::field("file", code, message)
}

/// Cut short, or never whole.
fn damaged(kind: Kind) -> Error {
    let word = kind.word();
    fault(
        "damaged",
        format!("The {word} is damaged or incomplete. Save it again, and upload that."),
    )
}
