//! Runs other programs, and knows when the user has had enough.

use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result, bail};

use crate::steps::with_heartbeat;

static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// Remembers Ctrl-C and SIGTERM instead of dying, so that what was started can be stopped in order.
pub fn catch_interrupts() -> Result<()> {
    ctrlc::set_handler(|| INTERRUPTED.store(true, Ordering::Relaxed))
        .context("cannot listen for Ctrl-C")
}

/// Whether the user asked to stop.
pub fn interrupted() -> bool {
    INTERRUPTED.load(Ordering::Relaxed)
}

/// Runs a program with its output on the terminal.
pub fn run(command: &mut Command) -> Result<()> {
    let name = name(command);
    let status = command
        .status()
        .with_context(|| format!("cannot run {name}"))?;
    if !status.success() {
        bail!("`{name}` ended with {status}");
    }
    Ok(())
}

/// Runs a program and shows its output only when it fails. A line every [`crate::steps::BEAT`] reports that it still runs.
pub fn quietly(command: &mut Command) -> Result<()> {
    let name = name(command);
    let output = with_heartbeat(brief(&name), || command.stdin(Stdio::null()).output())
        .with_context(|| format!("cannot run {name}"))?;
    if output.status.success() {
        return Ok(());
    }
    let said = [output.stdout, output.stderr].concat();
    bail!(
        "`{name}` ended with {}:\n{}",
        output.status,
        tail(&String::from_utf8_lossy(&said))
    )
}

/// What a program prints, without the space around it; fails when the program does.
pub fn capture(command: &mut Command) -> Result<String> {
    let name = name(command);
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("cannot run {name}"))?;
    if !output.status.success() {
        bail!("`{name}` ended with {}", output.status);
    }
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}

/// The command as one would type it, without its environment.
fn name(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words
        .map(|word| word.to_string_lossy())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Returns the first 60 characters of a command.
fn brief(name: &str) -> &str {
    name.char_indices()
        .nth(60)
        .and_then(|(end, _)| name.get(..end))
        .unwrap_or(name)
}

fn tail(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    lines
        .get(lines.len().saturating_sub(25)..)
        .unwrap_or_default()
        .join("\n")
}
