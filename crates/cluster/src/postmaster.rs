//! The server process: started, watched, adopted and stopped.

use std::fs;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::account::Account;
use crate::base::Base;
use crate::error::{Error, Result, at};

const PAUSE: Duration = Duration::from_millis(10);
/// Recovery after a crash may take a while.
const READY_WITHIN: Duration = Duration::from_secs(90);
/// Fast shutdown, then immediate shutdown, then the kernel's.
const STOP: [(Signal, Duration); 3] = [
    (Signal::SIGINT, Duration::from_secs(20)),
    (Signal::SIGQUIT, Duration::from_secs(5)),
    (Signal::SIGKILL, Duration::from_secs(5)),
];

/// A server that answers. Dropping it stops the process.
#[derive(Debug)]
pub(crate) struct Postmaster {
    pid: Pid,
    /// Absent for a server that an earlier parent started.
    child: Option<Kept>,
}

/// A child, and the thread that started it.
#[derive(Debug)]
struct Kept {
    process: Child,
    _thread: Sender<()>,
}

impl Postmaster {
    /// Adopts a server that is already running on this data, or starts one.
    pub(crate) fn start(
        base: &Base,
        bin_dir: &Path,
        socket_dir: &Path,
        account: &Account,
        settings: &[(String, String)],
    ) -> Result<Self> {
        if let Some(adopted) = Self::left_over(base)? {
            return Ok(adopted);
        }
        let deadline = Instant::now() + READY_WITHIN;
        loop {
            let command = command(base, bin_dir, socket_dir, account, settings)?;
            let mut server = Self::spawn(command, bin_dir)?;
            match server.wait_until_ready(base) {
                // Children of a server killed a moment ago may still hold its shared memory.
                Err(Error::Failed { log, .. })
                    if log.contains("shared memory") && Instant::now() < deadline =>
                {
                    thread::sleep(PAUSE * 20)
                }
                Err(error) => return Err(error),
                Ok(()) => return Ok(server),
            }
        }
    }

    /// A server of this data that an earlier parent left running.
    pub(crate) fn left_over(base: &Base) -> Result<Option<Self>> {
        Ok(left_over(base)?.map(|pid| Self { pid, child: None }))
    }

    /// Starts the process from a thread of its own.
    ///
    /// Linux ends the child when the *thread* that started it ends. That thread waits for as long
    /// as this value lives, so a cluster may be started from any thread and passed around.
    fn spawn(mut command: Command, bin_dir: &Path) -> Result<Self> {
        let (keep, kept): (Sender<()>, Receiver<()>) = channel();
        let (started, answer) = channel();
        thread::spawn(move || {
            let sent = started.send(command.spawn());
            drop((sent, kept.recv()));
        });
        let spawned = answer
            .recv()
            .map_err(|_| std::io::Error::other("the starting thread ended"));
        let process = spawned.and_then(|result| result).map_err(at(bin_dir))?;
        let pid = Pid::from_raw(process.id().cast_signed());
        Ok(Self {
            pid,
            child: Some(Kept {
                process,
                _thread: keep,
            }),
        })
    }

    fn wait_until_ready(&mut self, base: &Base) -> Result<()> {
        let started = Instant::now();
        while started.elapsed() < READY_WITHIN {
            if !self.alive() {
                return Err(Error::Failed {
                    program: "postgres",
                    log: base.log_tail(),
                });
            }
            if status(&base.data()).is_some_and(|status| status.pid == self.pid && status.ready) {
                return Ok(());
            }
            thread::sleep(PAUSE);
        }
        Err(Error::NotReady(READY_WITHIN, base.log_tail()))
    }

    pub(crate) fn pid(&self) -> i32 {
        self.pid.as_raw()
    }

    pub(crate) fn adopted(&self) -> bool {
        self.child.is_none()
    }

    pub(crate) fn alive(&mut self) -> bool {
        match &mut self.child {
            Some(child) => matches!(child.process.try_wait(), Ok(None)),
            None => lives(self.pid),
        }
    }
}

impl Drop for Postmaster {
    fn drop(&mut self) {
        for (signal, patience) in STOP {
            if !self.alive() || kill(self.pid, signal).is_err() {
                return;
            }
            let asked = Instant::now();
            while self.alive() && asked.elapsed() < patience {
                thread::sleep(PAUSE);
            }
        }
    }
}

fn command(
    base: &Base,
    bin_dir: &Path,
    socket_dir: &Path,
    account: &Account,
    settings: &[(String, String)],
) -> Result<Command> {
    let mut command = account.command(bin_dir, "postgres");
    command.arg("-D").arg(base.data()).arg("-k").arg(socket_dir);
    for fixed in [
        "listen_addresses=",
        "unix_socket_permissions=0700",
        "log_timezone=UTC",
        "timezone=UTC",
    ] {
        command.args(["-c", fixed]);
    }
    for (name, value) in settings {
        command.arg("-c").arg(format!("{name}={value}"));
    }
    let log = base.log()?;
    command
        .stdout(log.try_clone().map_err(at(base.path()))?)
        .stderr(log);
    tie_to_parent(&mut command);
    Ok(command)
}

/// Makes a process end when the thread that starts it ends, however that happens.
///
/// It also gets its own process group: Ctrl-C in the terminal must not reach it before the
/// programs that depend on it have finished.
#[expect(
    unsafe_code,
    reason = "only between fork and exec can the child ask for the signal: setuid clears it"
)]
pub fn tie_to_parent(command: &mut Command) {
    command.process_group(0);
    // SAFETY: prctl is async-signal-safe and allocates nothing.
    #[cfg(target_os = "linux")]
    unsafe {
        command.pre_exec(|| nix::sys::prctl::set_pdeathsig(Signal::SIGINT).map_err(Into::into));
    }
}

/// A server of this data left by an earlier parent: serving, or gone once it has finished stopping.
fn left_over(base: &Base) -> Result<Option<Pid>> {
    let began = Instant::now();
    // The signal of its parent's death may still be on its way.
    let settled = Duration::from_millis(300);
    while let Some(found) = status(&base.data()) {
        if !is_postmaster(found.pid, &base.data()) {
            forget(base, found.pid)?;
            break;
        }
        if found.ready && began.elapsed() > settled {
            return Ok(Some(found.pid));
        }
        if began.elapsed() > READY_WITHIN {
            let log = "an older server of this data neither serves nor ends".to_owned();
            return Err(Error::NotReady(READY_WITHIN, log));
        }
        thread::sleep(PAUSE);
    }
    Ok(None)
}

/// Removes a pid file whose number now belongs to an unrelated process.
///
/// One of a dead process stays: PostgreSQL itself reads it, to wait for children of the dead server.
fn forget(base: &Base, pid: Pid) -> Result<()> {
    if kill(pid, None) == Err(nix::errno::Errno::ESRCH) {
        return Ok(());
    }
    let file = base.data().join("postmaster.pid");
    fs::remove_file(&file).map_err(at(&file))
}

/// Whether a process that is not our child still runs. One that ended and was not yet collected
/// by its parent has no folder any more, though its number still answers to signals.
fn lives(pid: Pid) -> bool {
    fs::read_link(format!("/proc/{pid}/cwd")).is_ok()
}

struct Status {
    pid: Pid,
    ready: bool,
}

/// What `postmaster.pid` says: the process on line 1, its state on line 8.
fn status(data: &Path) -> Option<Status> {
    let text = fs::read_to_string(data.join("postmaster.pid")).ok()?;
    let pid = Pid::from_raw(text.lines().next()?.trim().parse().ok()?);
    let ready = text
        .lines()
        .nth(7)
        .is_some_and(|state| state.trim() == "ready");
    Some(Status { pid, ready })
}

/// Tells a server of this data from a process that merely got its number.
fn is_postmaster(pid: Pid, data: &Path) -> bool {
    let name = fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
    let folder = fs::read_link(format!("/proc/{pid}/cwd")).ok();
    name.trim() == "postgres" && folder.is_some() && folder == fs::canonicalize(data).ok()
}
