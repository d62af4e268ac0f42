//! Inspection of uploaded files. The claimed type, the file name and the content must agree, and the file must have one format
//! only. Images are encoded again, which removes everything but the pixels.

mod image_file;
mod jpeg;
mod markers;
mod name;
mod pdf;

use platform::{Error, Result};
use wire::ProblemCode;

/// The accepted file types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A JPEG image.
    Jpeg,
    /// A PNG image.
    Png,
    /// A PDF document.
    Pdf,
}

impl Kind {
    const ALL: [Self; 3] = [Self::Jpeg, Self::Png, Self::Pdf];

    /// Returns the media type.
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Pdf => "application/pdf",
        }
    }
    /// Returns the file extension.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::Pdf => "pdf",
        }
    }
    /// Returns the file type of a media type.
    pub fn from_content_type(content_type: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.content_type() == content_type)
    }
    /// Returns the first bytes of every file of this type.
    const fn header(self) -> &'static [u8] {
        match self {
            Self::Jpeg => b"\xff\xd8\xff",
            Self::Png => b"\x89PNG\r\n\x1a\n",
            Self::Pdf => b"%PDF-",
        }
    }
    const fn label(self) -> &'static str {
        match self {
            Self::Jpeg => "JPEG",
            Self::Png => "PNG",
            Self::Pdf => "PDF",
        }
    }
}

/// A file as it may be stored.
pub struct Clean {
    /// The type.
    pub kind: Kind,
    /// The content.
    pub bytes: Vec<u8>,
}

/// Returns the file type that the media type and the file name agree on. Fast: the content is not read.
pub fn claimed_kind(content_type: &str, file_name: &str) -> Result<Kind> {
    let kind = Kind::from_content_type(content_type).ok_or_else(|| {
        Error::with_detail(
            ProblemCode::UnsupportedMediaType,
            "Send a PDF, JPEG or PNG file with the matching Content-Type header.",
        )
    })?;
    name::check(kind, file_name)?;
    Ok(kind)
}

/// Returns the file as it may be stored, or the reason for rejecting it. Slow: images are decoded and encoded.
pub fn clean(kind: Kind, bytes: &[u8]) -> Result<Clean> {
    if bytes.is_empty() {
        return Err(rejection("empty", "The file is empty."));
    }
    if !bytes.starts_with(kind.header()) {
        return Err(rejection(
            "not_what_it_says",
            format!("The content of this file is not a {}.", kind.label()),
        ));
    }
    markers::check(bytes)?;
    let bytes = match kind {
        Kind::Pdf => pdf::check(bytes).map(|()| bytes.to_vec())?,
        Kind::Jpeg => jpeg::check(bytes).and_then(|()| image_file::reencode(kind, bytes))?,
        Kind::Png => image_file::reencode(kind, bytes)?,
    };
    Ok(Clean { kind, bytes })
}

/// Returns the error that rejects a file.
fn rejection(code: &str, message: impl Into<String>) -> Error {
    Error::field("file", code, message)
}

/// Returns the error for a damaged or incomplete file.
fn damaged(kind: Kind) -> Error {
    let label = kind.label();
    rejection(
        "damaged",
        format!(
            "The {label} file is damaged or incomplete. Save it again and upload the new file."
        ),
    )
}
