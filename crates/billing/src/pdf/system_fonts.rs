//! The fonts of the system, for characters that the embedded font lacks. The folders are listed once; a file is read
//! when a character needs it.

use rustybuzz::ttf_parser::Face;
use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
    sync::{Arc, LazyLock, Mutex, PoisonError},
};
use unicode_script::{Script, UnicodeScript};

/// The folders in which Debian and other systems keep fonts. `FONTS_DIR` comes before them.
const FOLDERS: [&str; 3] = [
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "/opt/homebrew/share/fonts",
];
/// The maximum depth of the folders that are searched.
const MAX_DEPTH: usize = 4;
/// The maximum size of a font file, in bytes.
const MAX_FILE_SIZE: u64 = 64 * 1024 * 1024;

/// A font of the system.
pub struct SystemFont {
    /// The content of the file.
    pub data: Arc<Vec<u8>>,
    /// The index of the font in its file.
    pub index: u32,
}

/// A font of the system, shared by all documents.
pub type SharedFont = Arc<SystemFont>;

/// The font files of the system, and the font that was found for each character.
#[derive(Default)]
struct FontIndex {
    files: Vec<PathBuf>,
    read: HashMap<PathBuf, Option<SharedFont>>,
    known: HashMap<(char, bool), Option<SharedFont>>,
}

static FONT_INDEX: LazyLock<Mutex<FontIndex>> = LazyLock::new(|| {
    let configured = std::env::var_os("FONTS_DIR").map(PathBuf::from);
    let folders = configured.into_iter().chain(FOLDERS.map(PathBuf::from));
    let mut files = Vec::new();
    for folder in folders {
        let mut found = Vec::new();
        collect(&folder, MAX_DEPTH, &mut found);
        found.sort();
        files.extend(found);
    }
    Mutex::new(FontIndex {
        files,
        ..FontIndex::default()
    })
});

/// Finds a font that has a character. Without one, the log says which script is missing.
pub fn find_font(character: char, is_bold: bool) -> Option<SharedFont> {
    let mut index = FONT_INDEX.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = index.known.get(&(character, is_bold)) {
        return known.clone();
    }
    let found = index.search(character, is_bold);
    if found.is_none() {
        let script = character.script().full_name();
        tracing::warn!(
            script,
            "no font covers the script {script}: install fonts for it, such as fonts-noto-core and fonts-noto-cjk, or set FONTS_DIR"
        );
    }
    index.known.insert((character, is_bold), found.clone());
    found
}

impl FontIndex {
    fn search(&mut self, character: char, is_bold: bool) -> Option<SharedFont> {
        let mut ranked: Vec<(u8, PathBuf)> = self
            .files
            .iter()
            .map(|path| (rank(path, character, is_bold), path.clone()))
            .collect();
        // The sort is stable: files of one rank stay in the order of the folders.
        ranked.sort_by_key(|(rank, _)| *rank);
        ranked.into_iter().find_map(|(_, path)| {
            let font = self.read(&path)?;
            let has_it = face(&font).is_some_and(|face| face.glyph_index(character).is_some());
            has_it.then_some(font)
        })
    }

    fn read(&mut self, path: &Path) -> Option<SharedFont> {
        if let Some(read) = self.read.get(path) {
            return read.clone();
        }
        let is_small = fs::metadata(path).is_ok_and(|file| file.len() <= MAX_FILE_SIZE);
        let data = is_small.then(|| fs::read(path).ok()).flatten();
        let font = data.map(|data| {
            Arc::new(SystemFont {
                data: Arc::new(data),
                index: 0,
            })
        });
        let font = font.filter(|font| face(font).is_some());
        self.read.insert(path.to_owned(), font.clone());
        font
    }
}

fn face(font: &SystemFont) -> Option<Face<'_>> {
    Face::parse(&font.data, font.index).ok()
}

/// Ranks a file for a character by the names of Noto's files; the lowest rank is the best.
fn rank(path: &Path, character: char, is_bold: bool) -> u8 {
    let name = path
        .file_stem()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default();
    let style = u8::from(name.contains("Bold") != is_bold);
    let script = character.script();
    let family = match script {
        Script::Han | Script::Hiragana | Script::Katakana | Script::Hangul | Script::Bopomofo => {
            "NotoSansCJK".to_owned()
        }
        Script::Common | Script::Inherited => "NotoEmoji".to_owned(),
        other => format!("NotoSans{}-", other.full_name().replace('_', "")),
    };
    match () {
        () if name.starts_with(&family) => style,
        () if name.starts_with("NotoSansSymbols") || name.starts_with("NotoSans-") => 2 + style,
        () if name.starts_with("NotoSans") => 4 + style,
        () if name.contains("Fallback") => 6,
        // Bitmap glyphs are not drawn here, but the text layer has them.
        () if name.contains("ColorEmoji") => 9,
        () => 7 + style,
    }
}

/// Collects the font files of a folder and its subfolders.
fn collect(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            if depth > 0 {
                collect(&path, depth - 1, files);
            }
            continue;
        }
        let ending = path.extension().map(|ending| ending.to_ascii_lowercase());
        let is_font =
            ending.is_some_and(|ending| ending == "ttf" || ending == "otf" || ending == "ttc");
        let name = path.to_string_lossy();
        let is_slanted = name.contains("Italic") || name.contains("Oblique");
        if is_font && !is_slanted && !name.contains("Mono") {
            files.push(path);
        }
    }
}
