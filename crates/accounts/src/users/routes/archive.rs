//! The exported data of a person as one file: JSON, or a ZIP archive.

use crate::kyc::ExportedFile;
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
pub enum ExportFormat {
    /// One JSON file.
    Json,
    /// A ZIP archive.
    Zip,
}

impl FromRequest for ExportFormat {
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

/// Returns the export as a download.
pub fn to_response(
    id: UserId,
    format: ExportFormat,
    data: Value,
    files: &[ExportedFile],
) -> Result<HttpResponse> {
    let (content_type, extension, bytes) = match format {
        ExportFormat::Json => ("application/json", "json", to_json(data, files)?),
        ExportFormat::Zip => ("application/zip", "zip", to_zip(&data, files)?),
    };
    let name = respond::attachment(&format!("user-{id}.{extension}"));
    Ok(HttpResponse::Ok()
        .content_type(content_type)
        .insert_header((header::CONTENT_DISPOSITION, name))
        .body(bytes))
}

fn to_json(mut data: Value, files: &[ExportedFile]) -> Result<Vec<u8>> {
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
    if let Some(fields) = data.as_object_mut() {
        fields.insert("files".to_owned(), Value::Array(files));
    }
    serde_json::to_vec_pretty(&data).map_err(Error::internal)
}

/// Builds the archive without compression, since images and PDFs are compressed already.
fn to_zip(data: &Value, files: &[ExportedFile]) -> Result<Vec<u8>> {
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let mut add = |name: &str, bytes: &[u8]| {
        archive.start_file(name, options).map_err(Error::internal)?;
        archive.write_all(bytes).map_err(Error::internal)
    };
    let data = serde_json::to_vec_pretty(data).map_err(Error::internal)?;
    add("data.json", &data)?;
    for file in files {
        add(&format!("files/{}", file.name), &file.bytes)?;
    }
    Ok(archive.finish().map_err(Error::internal)?.into_inner())
}
