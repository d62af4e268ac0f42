//! A wire to a peer that can be made faulty while it is used.

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

/// How long a reply takes on a slow wire, each part of it.
const DELAY: Duration = Duration::from_millis(100);

/// What is wrong with the wire, or with who is at its end.
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

/// Who is at the end of the wire.
pub enum End {
    Tcp(SocketAddr),
    Unix(PathBuf),
}

/// A peer, and what it says when it is not itself.
pub struct Peer {
    pub end: End,
    pub error: Vec<u8>,
    pub garbage: Vec<u8>,
}

impl Peer {
    /// One that speaks HTTP: overloaded, or somebody else who answers in its place.
    pub fn http(base: &str) -> Self {
        let address = base.trim_start_matches("http://").trim_end_matches('/');
        let answer = |status: &str, body: &str| {
            let length = body.len();
            format!("HTTP/1.1 {status}\r\ncontent-type: text/html\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}").into_bytes()
        };
        Self {
            end: End::Tcp(address.parse().expect("an address")),
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
        let says = b"SFATAL\0VFATAL\0C57P03\0Mthe database system is starting up\0\0";
        let length = u32::try_from(says.len() + 4).expect("a length");
        Self {
            end: End::Unix(PathBuf::from(folder).join(".s.PGSQL.5432")),
            error: [b"E", &length.to_be_bytes()[..], says].concat(),
            garbage: vec![7; 64],
        }
    }
}

/// The wire. It is whole at first.
pub struct Faulty {
    pub address: SocketAddr,
    fault: watch::Sender<Option<Fault>>,
}

impl Faulty {
    pub fn before(peer: Peer) -> Self {
        let (fault, faults) = watch::channel(None);
        let (tell, told) = mpsc::channel();
        thread::spawn(move || {
            let mut runtime = tokio::runtime::Builder::new_current_thread();
            let runtime = runtime.enable_all().build().expect("a runtime");
            runtime.block_on(listen(Arc::new(peer), faults, tell));
        });
        let address = told.recv().expect("it listens");
        Self { address, fault }
    }

    /// From now on, this is wrong with it.
    pub fn set(&self, fault: Fault) {
        self.fault.send_replace(Some(fault));
    }
    /// From now on, nothing is wrong with it.
    pub fn mend(&self) {
        self.fault.send_replace(None);
    }
}

/// Listens until the test has gone; while it refuses, nobody is there.
async fn listen(
    peer: Arc<Peer>,
    mut fault: watch::Receiver<Option<Fault>>,
    tell: mpsc::Sender<SocketAddr>,
) {
    let mut at = SocketAddr::from(([127, 0, 0, 1], 0));
    loop {
        let listener = TcpListener::bind(at).await.expect("its address");
        at = listener.local_addr().expect("its address");
        let _ = tell.send(at);
        loop {
            tokio::select! {
                accepted = listener.accept() => {
                    let (client, _) = accepted.expect("a client");
                    tokio::spawn(carry(client, peer.clone(), fault.clone()));
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

async fn reach(end: &End) -> io::Result<Box<dyn Stream>> {
    Ok(match end {
        End::Tcp(address) => Box::new(TcpStream::connect(address).await?),
        End::Unix(path) => Box::new(UnixStream::connect(path).await?),
    })
}

/// Carries what both say, as well as the wire can.
async fn carry(mut client: TcpStream, peer: Arc<Peer>, mut fault: watch::Receiver<Option<Fault>>) {
    let Ok(mut server) = reach(&peer.end).await else {
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
                (Ok(_), Some(Fault::ServerError)) => pretend(&mut client, &peer.error).await,
                (Ok(_), Some(Fault::Garbage)) => pretend(&mut client, &peer.garbage).await,
                (Ok(length), _) => server.write_all(&asked[..length]).await.map_err(|_| ()),
            },
            read = server.read(&mut replied) => match (read, now) {
                (Err(_) | Ok(0), _) => Err(()),
                (Ok(_), Some(Fault::ServerError)) => pretend(&mut client, &peer.error).await,
                (Ok(_), Some(Fault::Garbage)) => pretend(&mut client, &peer.garbage).await,
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

/// Says this in the peer's place, and hangs up once it was read.
async fn pretend(client: &mut TcpStream, says: &[u8]) -> Result<(), ()> {
    let _ = client.write_all(says).await;
    let _ = client.shutdown().await;
    let mut rest = [0; 1 << 12];
    let heard = async { while client.read(&mut rest).await.is_ok_and(|length| length > 0) {} };
    let _ = tokio::time::timeout(Duration::from_millis(500), heard).await;
    Err(())
}
