//! A proxy in front of a peer that injects network faults while connections are open.

use std::{
    io,
    net::SocketAddr,
    path::PathBuf,
    sync::{Arc, mpsc},
    thread,
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpStream, UnixStream},
    sync::watch,
};

/// The delay of each part of a reply through a slow proxy.
const DELAY: Duration = Duration::from_millis(100);

/// A fault of the connection, or of the peer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    Delay,
    Hang,
    Reset,
    Refuse,
    CutReply,
    SwallowReply,
    ServerError,
    Garbage,
}

pub const FAULTS: [Fault; 8] = [
    Fault::Delay,
    Fault::Hang,
    Fault::Reset,
    Fault::Refuse,
    Fault::CutReply,
    Fault::SwallowReply,
    Fault::ServerError,
    Fault::Garbage,
];

/// The address of the peer.
pub enum PeerAddress {
    Tcp(SocketAddr),
    Unix(PathBuf),
}

/// A peer, and its replies during faults.
pub struct Peer {
    pub address: PeerAddress,
    pub error: Vec<u8>,
    pub garbage: Vec<u8>,
}

impl Peer {
    /// A peer that speaks HTTP: its faults are an overload, and another service that answers in its place.
    pub fn http(base: &str) -> Self {
        let address = base.trim_start_matches("http://").trim_end_matches('/');
        let answer = |status: &str, body: &str| {
            let length = body.len();
            format!("HTTP/1.1 {status}\r\ncontent-type: text/html\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}").into_bytes()
        };
        Self {
            address: PeerAddress::Tcp(address.parse().expect("an address")),
            error: answer("503 Service Unavailable", "{}"),
            garbage: answer("200 OK", "<html>Welcome to our wireless network</html>"),
        }
    }

    /// The PostgreSQL that a libpq address names by the folder of its socket.
    pub fn postgres(url: &str) -> Self {
        let folder = url
            .split(' ')
            .find_map(|pair| pair.strip_prefix("host="))
            .expect("a host");
        let reply = b"SFATAL\0VFATAL\0C57P03\0Mthe database system is starting up\0\0";
        let length = u32::try_from(reply.len() + 4).expect("a length");
        Self {
            address: PeerAddress::Unix(PathBuf::from(folder).join(".s.PGSQL.5432")),
            error: [b"E", &length.to_be_bytes()[..], reply].concat(),
            garbage: vec![7; 64],
        }
    }
}

/// A proxy in front of a peer, without a fault at first.
pub struct FaultyProxy {
    pub address: SocketAddr,
    fault: watch::Sender<Option<Fault>>,
}

impl FaultyProxy {
    pub fn start(peer: Peer) -> Self {
        let (fault, faults) = watch::channel(None);
        let (sender, receiver) = mpsc::channel();
        thread::spawn(move || {
            let mut runtime = tokio::runtime::Builder::new_current_thread();
            let runtime = runtime.enable_all().build().expect("a runtime");
            runtime.block_on(listen(Arc::new(peer), faults, sender));
        });
        let address = receiver.recv().expect("it listens");
        Self { address, fault }
    }

    /// Injects this fault from now on.
    pub fn set(&self, fault: Fault) {
        self.fault.send_replace(Some(fault));
    }
    /// Removes the fault.
    pub fn repair(&self) {
        self.fault.send_replace(None);
    }
}

/// Listens until the test ends; during [`Fault::Refuse`] the port is closed.
async fn listen(
    peer: Arc<Peer>,
    mut fault: watch::Receiver<Option<Fault>>,
    sender: mpsc::Sender<SocketAddr>,
) {
    let mut at = SocketAddr::from(([127, 0, 0, 1], 0));
    loop {
        let listener = TcpListener::bind(at).await.expect("its address");
        at = listener.local_addr().expect("its address");
        let _ = sender.send(at);
        loop {
            tokio::select! {
                accepted = listener.accept() => {
                    let (client, _) = accepted.expect("a client");
                    tokio::spawn(forward(client, peer.clone(), fault.clone()));
                }
                changed = fault.changed() => match changed {
                    Err(_) => return,
                    Ok(()) if *fault.borrow() == Some(Fault::Refuse) => break,
                    Ok(()) => {}
                }
            }
        }
        drop(listener);
        while *fault.borrow() == Some(Fault::Refuse) {
            if fault.changed().await.is_err() {
                return;
            }
        }
    }
}

trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

async fn connect(address: &PeerAddress) -> io::Result<Box<dyn Stream>> {
    Ok(match address {
        PeerAddress::Tcp(address) => Box::new(TcpStream::connect(address).await?),
        PeerAddress::Unix(path) => Box::new(UnixStream::connect(path).await?),
    })
}

/// Forwards bytes in both directions, with the current fault.
async fn forward(
    mut client: TcpStream,
    peer: Arc<Peer>,
    mut fault: watch::Receiver<Option<Fault>>,
) {
    let Ok(mut server) = connect(&peer.address).await else {
        return;
    };
    let (mut asked, mut replied) = (vec![0; 1 << 16], vec![0; 1 << 16]);
    let mut has_lost = false;
    loop {
        let now = *fault.borrow_and_update();
        if now == Some(Fault::Reset) {
            let _ = client.set_zero_linger();
            return;
        }
        if now == Some(Fault::Refuse) || (has_lost && now.is_none()) {
            return;
        }
        if now == Some(Fault::Hang) {
            if fault.changed().await.is_err() {
                return;
            }
            continue;
        }
        let done = tokio::select! {
            changed = fault.changed() => changed.map_err(|_| ()),
            read = client.read(&mut asked) => match (read, now) {
                (Err(_) | Ok(0), _) => Err(()),
                (Ok(_), Some(Fault::ServerError)) => reply_and_close(&mut client, &peer.error).await,
                (Ok(_), Some(Fault::Garbage)) => reply_and_close(&mut client, &peer.garbage).await,
                (Ok(length), _) => server.write_all(&asked[..length]).await.map_err(|_| ()),
            },
            read = server.read(&mut replied) => match (read, now) {
                (Err(_) | Ok(0), _) => Err(()),
                (Ok(_), Some(Fault::ServerError)) => reply_and_close(&mut client, &peer.error).await,
                (Ok(_), Some(Fault::Garbage)) => reply_and_close(&mut client, &peer.garbage).await,
                (Ok(length), Some(Fault::CutReply)) => {
                    let _ = client.write_all(&replied[..length / 2]).await;
                    Err(())
                }
                (Ok(_), Some(Fault::SwallowReply)) => {
                    has_lost = true;
                    Ok(())
                }
                (Ok(length), now) => {
                    if now == Some(Fault::Delay) {
                        tokio::time::sleep(DELAY).await;
                    }
                    client.write_all(&replied[..length]).await.map_err(|_| ())
                }
            },
        };
        if done.is_err() {
            return;
        }
    }
}

/// Replies in the peer's place, and closes the connection after the client has read the reply.
async fn reply_and_close(client: &mut TcpStream, reply: &[u8]) -> Result<(), ()> {
    let _ = client.write_all(reply).await;
    let _ = client.shutdown().await;
    let mut rest = [0; 1 << 12];
    let drain = async { while client.read(&mut rest).await.is_ok_and(|length| length > 0) {} };
    let _ = tokio::time::timeout(Duration::from_millis(500), drain).await;
    Err(())
}
