//! Runs other programs, and detects that the user wants to stop.

use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result, bail};

use crate::steps::with_heartbeat;

static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// Records Ctrl-C and SIGTERM instead of ending, so that started processes can be stopped in order.
pub fn catch_interrupts() -> Result<()> {
    ctrlc::set_handler(|| INTERRUPTED.store(true, Ordering::Relaxed))
        .context("cannot listen for Ctrl-C")
}

/// Returns whether the user requested a stop.
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
    let printed = [output.stdout, output.stderr].concat();
    bail!(
        "`{name}` ended with {}:\n{}",
        output.status,
        tail(&String::from_utf8_lossy(&printed))
    )
}

/// Returns the trimmed output of a program; fails when the program fails.
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

/// Returns the command line, without the environment.
fn name(command: &Command) -> String {
    let arguments = std::iter::once(command.get_program()).chain(command.get_args());
    arguments
        .map(|argument| argument.to_string_lossy())
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
