//! Builds the panel with Trunk: small, as one style sheet and compressed files, or fast, for development.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use base64::{Engine, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha256, Sha384};

use crate::assets::{brotli, collect};
use crate::process;
use crate::project;
use crate::sizes;
use crate::steps::{Steps, note};
use crate::tools::{self, Toolchain};

/// The source files of the panel.
const INPUTS: [&str; 5] = [
    "frontend",
    "crates/wire",
    "Cargo.toml",
    "Cargo.lock",
    "Trunk.toml",
];
/// The file extensions that are compressed.
const TEXT: [&str; 7] = ["css", "html", "js", "json", "svg", "txt", "wasm"];

/// The options of `cargo xtask panel`.
#[derive(clap::Args)]
pub struct Options {
    /// Build fast instead of small, for development
    #[arg(long, conflicts_with = "sizes")]
    fast: bool,
    /// Print the size of every file and of every part of the program, after compression
    #[arg(long)]
    sizes: bool,
}

/// How the panel is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Build {
    /// Fast to build: little optimisation, no compression.
    Fast,
    /// Small to download.
    Small,
}

impl Build {
    /// Returns the folder of the built panel.
    pub fn folder(self) -> PathBuf {
        match self {
            Self::Fast => project::target().join("panel-fast"),
            Self::Small => project::root().join("dist"),
        }
    }

    fn stamp(self) -> PathBuf {
        project::target().join(match self {
            Self::Fast => "panel-fast.stamp",
            Self::Small => "panel.stamp",
        })
    }

    fn arguments(self) -> &'static [&'static str] {
        match self {
            Self::Fast => &["--cargo-profile", "wasm-fast", "--minify=false", "--dist"],
            Self::Small => &["--release", "--dist"],
        }
    }

    fn expectation(self) -> &'static str {
        match self {
            Self::Fast => {
                "building for the browser, fast (first time: up to 4 min on two cores, later 1)"
            }
            Self::Small => {
                "building for the browser, small (first time: up to 11 min on two cores, later 1 to 3)"
            }
        }
    }
}

/// `cargo xtask panel`.
pub fn run(options: &Options) -> Result<()> {
    let mut steps = Steps::new(if options.sizes { 3 } else { 2 });
    steps.begin("Tools");
    let toolchain = tools::ready()?;
    steps.done(&toolchain.describe());
    steps.begin("Panel");
    let wanted = if options.fast {
        Build::Fast
    } else {
        Build::Small
    };
    let outcome = build(&toolchain, wanted)?;
    steps.done(&format!("{outcome}: {}", wanted.folder().display()));
    if options.sizes {
        steps.begin("Sizes: building once more, with the names of functions");
        sizes::print(&toolchain, &wanted.folder())?;
        steps.done("measured");
    }
    Ok(())
}

/// Builds the panel unless its source files are unchanged.
pub fn build(toolchain: &Toolchain, wanted: Build) -> Result<&'static str> {
    let (stamp, folder) = (wanted.stamp(), wanted.folder());
    let inputs = fingerprint()?;
    let known = fs::read_to_string(&stamp).unwrap_or_default();
    if known == inputs && folder.join("index.html").exists() {
        return Ok("unchanged");
    }
    note(wanted.expectation());
    fs::create_dir_all(&folder)?;
    let mut trunk = toolchain.command("trunk");
    process::run(trunk.arg("build").args(wanted.arguments()).arg(&folder))?;
    if wanted == Build::Small {
        bundle_styles(&folder)?;
        compress(&folder)?;
    }
    fs::write(&stamp, inputs)?;
    Ok("built")
}

/// Replaces the style sheets by one file: fewer requests, and less to download because it is compressed as a whole.
fn bundle_styles(folder: &Path) -> Result<()> {
    let page = folder.join("index.html");
    let html = fs::read_to_string(&page)?;
    let (html, names) = without_styles(&html);
    let mut styles = String::new();
    for name in &names {
        let file = folder.join(name);
        styles.push_str(&fs::read_to_string(&file).with_context(|| format!("cannot read {name}"))?);
        styles.push('\n');
        fs::remove_file(&file)?;
    }
    let hash = tools::fetch::hex(&Sha256::digest(&styles));
    let name = format!("styles-{}.css", hash.get(..16).unwrap_or(&hash));
    let integrity = STANDARD.encode(Sha384::digest(&styles));
    let link = format!("<link href=/{name} integrity=sha384-{integrity} rel=stylesheet>");
    let html = html.replacen(MARK, &link, 1);
    fs::write(folder.join(name), styles)?;
    fs::write(page, html)?;
    Ok(())
}

/// Marks the place of the style sheets.
const MARK: &str = "<!--styles-->";

/// Returns the page with a mark instead of its style sheets, and their names in order.
fn without_styles(html: &str) -> (String, Vec<String>) {
    let (mut rest, mut page, mut names) = (html, String::new(), Vec::new());
    while let Some((before, link)) = rest.split_once("<link ") {
        page.push_str(before);
        let (attributes, after) = link.split_once('>').unwrap_or((link, ""));
        let attribute = |name: &str| {
            let mut all = attributes.split_whitespace();
            all.find_map(|one| one.strip_prefix(name)?.strip_prefix('='))
                .map(|value| value.trim_matches('"'))
        };
        match (attribute("rel"), attribute("href")) {
            (Some("stylesheet"), Some(href)) => {
                if names.is_empty() {
                    page.push_str(MARK);
                }
                names.push(href.trim_start_matches('/').to_owned());
            }
            _ => {
                page.push_str("<link ");
                page.push_str(attributes);
                page.push('>');
            }
        }
        rest = after;
    }
    page.push_str(rest);
    (page, names)
}

/// Returns a hash of names and contents, which a checkout with new modification times does not change.
fn fingerprint() -> Result<String> {
    let root = project::root();
    let mut files = Vec::new();
    for input in INPUTS {
        collect(&root.join(input), &mut files)?;
    }
    files.sort();
    let mut hasher = Sha256::new();
    for file in files {
        hasher.update(file.as_os_str().as_encoded_bytes());
        hasher.update(fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?);
    }
    Ok(tools::fetch::hex(&hasher.finalize()))
}

/// Writes a compressed `.br` file beside every text file.
fn compress(folder: &Path) -> Result<()> {
    let mut files = Vec::new();
    collect(folder, &mut files)?;
    let text = |file: &PathBuf| {
        file.extension()
            .is_some_and(|end| TEXT.iter().any(|known| end == *known))
    };
    for file in files.into_iter().filter(text) {
        let plain = fs::read(&file)?;
        let small = brotli(&plain)?;
        if file.extension().is_some_and(|end| end == "wasm") {
            note(&format!(
                "{} kB of WebAssembly, {} kB compressed",
                plain.len() / 1000,
                small.len() / 1000
            ));
        }
        let mut name = file.into_os_string();
        name.push(".br");
        fs::write(name, small)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn style_sheets_are_replaced_by_one_mark_in_their_place() {
        let html = "<link href=/icon.svg rel=icon><link href=/a-1.css integrity=x rel=stylesheet>\
            <link href=\"/b-2.css\" rel=\"stylesheet\"><script></script><link as=fetch href=/x.wasm rel=preload>";

        let (page, names) = without_styles(html);

        assert_eq!(names, ["a-1.css", "b-2.css"]);
        assert_eq!(
            page,
            "<link href=/icon.svg rel=icon><!--styles--><script></script><link as=fetch href=/x.wasm rel=preload>"
        );
    }
}
