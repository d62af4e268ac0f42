//! Serves the built panel: compressed files from memory, immutable caching of hashed names, and `index.html` for the paths
//! of its pages. A client that does not accept Brotli, which no browser is, gets the uncompressed file from the disk.

use actix_web::{
    HttpRequest, HttpResponse,
    http::{Method, header},
    web,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use platform::{Error, Result, crypto, error};
use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
};
use utoipa::openapi::OpenApi;
use wire::{Problem, ProblemCode};

/// The files of the panel, and the routes of the API.
pub struct Panel {
    files: HashMap<String, File>,
    policy: String,
    routes: Vec<(Vec<String>, Vec<Method>)>,
}

struct File {
    path: PathBuf,
    bytes: web::Bytes,
    is_brotli: bool,
    content_type: &'static str,
    etag: String,
}

impl Panel {
    /// Reads the built panel. Without a directory, the server serves only the API.
    pub fn load(dir: Option<&str>, document: &mut OpenApi) -> Result<Self> {
        let mut files = HashMap::new();
        if let Some(dir) = dir {
            read(Path::new(dir), "", &mut files).map_err(|cause| {
                Error::internal(format!("PANEL_DIR {dir} cannot be read: {cause}"))
            })?;
        }
        let page = files
            .get("/index.html")
            .and_then(|file: &File| fs::read_to_string(&file.path).ok())
            .unwrap_or_default();
        let routes = document
            .paths
            .paths
            .iter_mut()
            .map(|(path, item)| {
                let methods = crate::openapi::operations(item)
                    .into_iter()
                    .filter_map(|(method, _)| {
                        serde_json::to_value(&method)
                            .ok()?
                            .as_str()?
                            .to_uppercase()
                            .parse()
                            .ok()
                    })
                    .collect();
                (path.split('/').map(str::to_owned).collect(), methods)
            })
            .collect();
        Ok(Self {
            files,
            policy: policy(&page),
            routes,
        })
    }

    fn allowed(&self, path: &str) -> Option<String> {
        let parts: Vec<&str> = path.split('/').collect();
        let matches = |route: &Vec<String>| {
            route.len() == parts.len()
                && route
                    .iter()
                    .zip(&parts)
                    .all(|(known, part)| known.starts_with('{') || known == part)
        };
        let methods: Vec<&str> = self
            .routes
            .iter()
            .filter(|(route, _)| matches(route))
            .flat_map(|(_, methods)| methods.iter().map(Method::as_str))
            .collect();
        (!methods.is_empty()).then(|| methods.join(", "))
    }
}

/// Answers the requests that no API route handles: with a file of the panel, a page of the panel, or an error.
pub async fn serve(request: HttpRequest, panel: web::Data<Panel>) -> HttpResponse {
    let path = request.path();
    if let Some(allowed) = panel.allowed(path) {
        let mut response = error::problem_response(Problem::new(ProblemCode::MethodNotAllowed));
        if let Ok(value) = header::HeaderValue::from_str(&allowed) {
            response.headers_mut().insert(header::ALLOW, value);
        }
        return response;
    }
    let is_page = path == "/"
        || (!path.starts_with("/v1") && !path.rsplit('/').next().unwrap_or_default().contains('.'));
    let file = panel.files.get(path).or_else(|| {
        if is_page {
            panel.files.get("/index.html")
        } else {
            None
        }
    });
    match file {
        Some(file) if matches!(*request.method(), Method::GET | Method::HEAD) => {
            let is_page = is_page || path == "/index.html";
            answer(&request, file, is_page, &panel.policy).await
        }
        _ => error::problem_response(Problem::new(ProblemCode::NotFound)),
    }
}

async fn answer(request: &HttpRequest, file: &File, is_page: bool, policy: &str) -> HttpResponse {
    let header_contains = |name: header::HeaderName, text: &str| {
        request
            .headers()
            .get(name)
            .and_then(|value| value.to_str().ok())
            .is_some_and(|value| value.contains(text))
    };
    let known = header_contains(header::IF_NONE_MATCH, &file.etag);
    let mut response = if known {
        HttpResponse::NotModified()
    } else {
        HttpResponse::Ok()
    };
    let cache = if is_named_by_content(&file.path) {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    response
        .insert_header((header::ETAG, file.etag.clone()))
        .insert_header((header::CACHE_CONTROL, cache))
        .insert_header((header::VARY, "Accept-Encoding"));
    // A 304 response repeats the policy, because a browser applies its headers to the cached response.
    if is_page {
        response.insert_header((header::CONTENT_SECURITY_POLICY, policy));
    }
    if known {
        return response.finish();
    }
    response.content_type(file.content_type);
    if !file.is_brotli {
        return response.body(file.bytes.clone());
    }
    if header_contains(header::ACCEPT_ENCODING, "br") {
        return response
            .insert_header((header::CONTENT_ENCODING, "br"))
            .body(file.bytes.clone());
    }
    let path = file.path.clone();
    match web::block(move || fs::read(path)).await {
        Ok(Ok(plain)) => response.body(plain),
        _ => error::problem_response(Problem::new(ProblemCode::NotFound)),
    }
}

/// Returns whether the file name contains a hash of the content, which Trunk has added. The content of such a file never
/// changes.
fn is_named_by_content(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str());
    let hash = name
        .and_then(|name| name.rsplit_once('-'))
        .map(|(_, rest)| rest.split(['.', '_']).next().unwrap_or_default());
    hash.is_some_and(|hash| hash.len() >= 12 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// Returns the content security policy: only files of this server may run, and the inline loader of Trunk, which the policy
/// allows by its hash.
fn policy(page: &str) -> String {
    let hashes: String = page
        .split("<script")
        .skip(1)
        .filter_map(|rest| {
            let (attributes, rest) = rest.split_once('>')?;
            let (script, _) = rest.split_once("</script>")?;
            (!attributes.contains("src=")).then(|| {
                format!(
                    " 'sha256-{}'",
                    STANDARD.encode(crypto::digest(script.as_bytes()))
                )
            })
        })
        .collect();
    format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'{hashes}; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'"
    )
}

fn read(dir: &Path, prefix: &str, files: &mut HashMap<String, File>) -> std::io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let (path, name) = (
            entry.path(),
            entry.file_name().to_string_lossy().into_owned(),
        );
        if path.is_dir() {
            read(&path, &format!("{prefix}/{name}"), files)?;
            continue;
        }
        if name.ends_with(".br") {
            continue;
        }
        let plain = fs::read(&path)?;
        let etag: String = crypto::digest(&plain)
            .iter()
            .take(8)
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let brotli = fs::read(format!("{}.br", path.display())).ok();
        files.insert(
            format!("{prefix}/{name}"),
            File {
                path,
                is_brotli: brotli.is_some(),
                bytes: brotli.unwrap_or(plain).into(),
                content_type: content_type(&name),
                etag: format!("\"{etag}\""),
            },
        );
    }
    Ok(())
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "wasm" => "application/wasm",
        "woff2" => "font/woff2",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "json" => "application/json",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::{is_named_by_content, policy};
    use std::path::Path;

    #[test]
    fn only_files_named_by_content_are_cached_immutably() {
        for (name, never_changes) in [
            ("/dist/tokens-38b59380ec730f09.css", true),
            ("/dist/admin-4b6ecfe702948258_bg.wasm", true),
            ("/dist/index.html", false),
            ("/dist/boot.js", false),
            ("/dist/inter-5.3.0-400-600.woff2", false),
        ] {
            assert_eq!(
                is_named_by_content(Path::new(name)),
                never_changes,
                "{name}"
            );
        }
    }

    #[test]
    fn policy_allows_inline_scripts_by_hash_only() {
        let policy =
            policy("<script src=\"/theme.js\"></script><script type=\"module\">alert(1)</script>");
        assert!(
            policy.contains("'sha256-bhHHL3z2vDgxUt0W3dWQOrprscmda2Y5pLsLg4GF+pI='"),
            "{policy}"
        );
        assert_eq!(policy.matches("sha256-").count(), 1);
        assert!(!policy.contains("unsafe-inline"));
    }
}
