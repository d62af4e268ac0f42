//! The files of a built panel: their paths and their compressed contents.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Result;

/// Adds a file, or every file below a folder.
pub fn collect(path: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    if path.is_file() {
        files.push(path.to_path_buf());
    } else if path.is_dir() {
        for entry in fs::read_dir(path)?.flatten() {
            collect(&entry.path(), files)?;
        }
    }
    Ok(())
}

/// Compresses with Brotli at its highest quality.
pub fn brotli(plain: &[u8]) -> Result<Vec<u8>> {
    let mut writer = brotli::CompressorWriter::new(Vec::new(), 1 << 16, 11, 24);
    writer.write_all(plain)?;
    Ok(writer.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compressed_file_decompresses_to_the_original() -> Result<()> {
        let plain = "plan ".repeat(1000);

        let small = brotli(plain.as_bytes())?;
        let mut decompressed = Vec::new();
        brotli::BrotliDecompress(&mut small.as_slice(), &mut decompressed)?;

        assert!(small.len() < 100);
        assert_eq!(decompressed, plain.as_bytes());
        Ok(())
    }
}
