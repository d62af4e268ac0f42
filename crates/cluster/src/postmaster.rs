//! The server process: start, supervision, adoption and shutdown.

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
use crate::error::{Error, Result, at};
use crate::folder::ClusterFolder;

const PAUSE: Duration = Duration::from_millis(10);
/// Recovery after a crash may take a while.
const READY_WITHIN: Duration = Duration::from_secs(90);
/// The signals of fast shutdown, immediate shutdown and kill, with their time-outs.
const STOP: [(Signal, Duration); 3] = [
    (Signal::SIGINT, Duration::from_secs(20)),
    (Signal::SIGQUIT, Duration::from_secs(5)),
    (Signal::SIGKILL, Duration::from_secs(5)),
];

/// A running server. Dropping the value stops the process.
#[derive(Debug)]
pub(crate) struct Postmaster {
    pid: Pid,
    /// The child process; absent for a server that an earlier parent started.
    child: Option<ChildProcess>,
}

/// A child process and the thread that started it.
#[derive(Debug)]
struct ChildProcess {
    process: Child,
    _thread: Sender<()>,
}

impl Postmaster {
    /// Adopts a server that is already running on this data, or starts one.
    pub(crate) fn start(
        folder: &ClusterFolder,
        bin_dir: &Path,
        socket_dir: &Path,
        account: &Account,
        settings: &[(String, String)],
    ) -> Result<Self> {
        if let Some(adopted) = Self::find_running(folder)? {
            return Ok(adopted);
        }
        let deadline = Instant::now() + READY_WITHIN;
        loop {
            let command = command(folder, bin_dir, socket_dir, account, settings)?;
            let mut server = Self::spawn(command, bin_dir)?;
            match server.wait_until_ready(folder) {
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

    /// Returns the server of this data that an earlier parent left running.
    pub(crate) fn find_running(folder: &ClusterFolder) -> Result<Option<Self>> {
        Ok(find_running(folder)?.map(|pid| Self { pid, child: None }))
    }

    /// Starts the process from a thread of its own.
    ///
    /// Linux ends the child when the *thread* that started it ends. That thread waits until this value
    /// is dropped, so a cluster may be started from any thread and moved to another.
    fn spawn(mut command: Command, bin_dir: &Path) -> Result<Self> {
        let (alive, dropped): (Sender<()>, Receiver<()>) = channel();
        let (started, result) = channel();
        thread::spawn(move || {
            let sent = started.send(command.spawn());
            drop((sent, dropped.recv()));
        });
        let spawned = result
            .recv()
            .map_err(|_| std::io::Error::other("the starting thread ended"));
        let process = spawned.and_then(|result| result).map_err(at(bin_dir))?;
        let pid = Pid::from_raw(process.id().cast_signed());
        Ok(Self {
            pid,
            child: Some(ChildProcess {
                process,
                _thread: alive,
            }),
        })
    }

    fn wait_until_ready(&mut self, folder: &ClusterFolder) -> Result<()> {
        let started = Instant::now();
        while started.elapsed() < READY_WITHIN {
            if !self.is_alive() {
                return Err(Error::Failed {
                    program: "postgres",
                    log: folder.log_tail(),
                });
            }
            if status(&folder.data())
                .is_some_and(|status| status.pid == self.pid && status.is_ready)
            {
                return Ok(());
            }
            thread::sleep(PAUSE);
        }
        Err(Error::NotReady(READY_WITHIN, folder.log_tail()))
    }

    pub(crate) fn pid(&self) -> i32 {
        self.pid.as_raw()
    }

    pub(crate) fn is_adopted(&self) -> bool {
        self.child.is_none()
    }

    pub(crate) fn is_alive(&mut self) -> bool {
        match &mut self.child {
            Some(child) => matches!(child.process.try_wait(), Ok(None)),
            None => is_running(self.pid),
        }
    }
}

impl Drop for Postmaster {
    fn drop(&mut self) {
        for (signal, timeout) in STOP {
            if !self.is_alive() || kill(self.pid, signal).is_err() {
                return;
            }
            let sent = Instant::now();
            while self.is_alive() && sent.elapsed() < timeout {
                thread::sleep(PAUSE);
            }
        }
    }
}

fn command(
    folder: &ClusterFolder,
    bin_dir: &Path,
    socket_dir: &Path,
    account: &Account,
    settings: &[(String, String)],
) -> Result<Command> {
    let mut command = account.command(bin_dir, "postgres");
    command
        .arg("-D")
        .arg(folder.data())
        .arg("-k")
        .arg(socket_dir);
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
    let log = folder.log()?;
    command
        .stdout(log.try_clone().map_err(at(folder.path()))?)
        .stderr(log);
    tie_to_parent(&mut command);
    Ok(command)
}

/// Makes a process end when the thread that starts it ends, for whatever reason.
///
/// The process also gets a process group of its own: Ctrl-C in the terminal must not reach it before the
/// programs that depend on it have ended.
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

/// Returns the server of this data that an earlier parent left running; waits for a server that is stopping.
fn find_running(folder: &ClusterFolder) -> Result<Option<Pid>> {
    let began = Instant::now();
    // The signal about the death of the parent may not have arrived yet.
    let grace = Duration::from_millis(300);
    while let Some(found) = status(&folder.data()) {
        if !is_postmaster(found.pid, &folder.data()) {
            remove_stale_pid_file(folder, found.pid)?;
            break;
        }
        if found.is_ready && began.elapsed() > grace {
            return Ok(Some(found.pid));
        }
        if began.elapsed() > READY_WITHIN {
            let log = "an older server of this data neither becomes ready nor ends".to_owned();
            return Err(Error::NotReady(READY_WITHIN, log));
        }
        thread::sleep(PAUSE);
    }
    Ok(None)
}

/// Removes a pid file whose process id now belongs to an unrelated process.
///
/// The pid file of a dead process stays: PostgreSQL reads it, to wait for children of the dead server.
fn remove_stale_pid_file(folder: &ClusterFolder, pid: Pid) -> Result<()> {
    if kill(pid, None) == Err(nix::errno::Errno::ESRCH) {
        return Ok(());
    }
    let file = folder.data().join("postmaster.pid");
    fs::remove_file(&file).map_err(at(&file))
}

/// Returns whether a process that is not a child still runs. A zombie process has no working folder,
/// though its process id still accepts signals.
fn is_running(pid: Pid) -> bool {
    fs::read_link(format!("/proc/{pid}/cwd")).is_ok()
}

struct Status {
    pid: Pid,
    is_ready: bool,
}

/// Reads `postmaster.pid`: the process id on line 1, the state on line 8.
fn status(data: &Path) -> Option<Status> {
    let text = fs::read_to_string(data.join("postmaster.pid")).ok()?;
    let pid = Pid::from_raw(text.lines().next()?.trim().parse().ok()?);
    let is_ready = text
        .lines()
        .nth(7)
        .is_some_and(|state| state.trim() == "ready");
    Some(Status { pid, is_ready })
}

/// Returns whether a process is the server of this data, and not another process with the same id.
fn is_postmaster(pid: Pid, data: &Path) -> bool {
    let name = fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
    let folder = fs::read_link(format!("/proc/{pid}/cwd")).ok();
    name.trim() == "postgres" && folder.is_some() && folder == fs::canonicalize(data).ok()
}
