//! A person's data as one file: JSON, or a ZIP archive.

use crate::kyc::KeptFile;
use actix_web::{FromRequest, HttpRequest, HttpResponse, dev::Payload, http::header};
use base64::{Engine, engine::general_purpose::STANDARD};
use platform::{Error, Result, respond};
use serde_json::{Value, json};
use std::{
    future::{Ready, ready},
    io::{Cursor, Write},
};
use wire::UserId;
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

/// The format of the export.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// One JSON file.
    Json,
    /// A ZIP archive.
    Zip,
}

impl FromRequest for Form {
    type Error = Error;
    type Future = Ready<Result<Self>>;
    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let accepts = request
            .headers()
            .get(header::ACCEPT)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        ready(Ok(if accepts.contains("application/zip") {
            Self::Zip
        } else {
            Self::Json
        }))
    }
}

/// Answers with the export as a download.
pub fn answer(
    id: UserId,
    form: Form,
    (all, files): (Value, Vec<KeptFile>),
) -> Result<HttpResponse> {
    let (kind, ending, bytes) = match form {
        Form::Json => ("application/json", "json", as_json(all, &files)?),
        Form::Zip => ("application/zip", "zip", as_zip(&all, &files)?),
    };
    let name = respond::attachment(&format!("user-{id}.{ending}"));
    Ok(HttpResponse::Ok()
        .content_type(kind)
        .insert_header((header::CONTENT_DISPOSITION, name))
        .body(bytes))
}

fn as_json(mut all: Value, files: &[KeptFile]) -> Result<Vec<u8>> {
    let files: Vec<Value> = files
        .iter()
        .map(|file| {
            json!({
                "document_id": file.document_id,
                "name": file.name,
                "content_type": file.content_type,
                "content_base64": STANDARD.encode(&file.bytes),
            })
        })
        .collect();
    if let Some(fields) = all.as_object_mut() {
        fields.insert("files".to_owned(), Value::Array(files));
    }
    serde_json::to_vec_pretty(&all).map_err(Error::internal)
}

/// Builds the archive without compression, since images and PDFs are compressed already.
fn as_zip(all: &Value, files: &[KeptFile]) -> Result<Vec<u8>> {
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let mut add = |name: &str, bytes: &[u8]| {
        archive.start_file(name, options).map_err(Error::internal)?;
        archive.write_all(bytes).map_err(Error::internal)
    };
    let data = serde_json::to_vec_pretty(all).map_err(Error::internal)?;
    add("data.json", &data)?;
    for file in files {
        add(&format!("files/{}", file.name), &file.bytes)?;
    }
    Ok(archive.finish().map_err(Error::internal)?.into_inner())
}
