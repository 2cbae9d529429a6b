//! What stands between the process and the embedded AWS: it passes everything on, and ends or stops the process at a write.

use std::io::{BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, OnceLock, mpsc};

use crate::http::{Message, header};

/// What becomes of a write.
#[derive(Clone)]
pub(crate) enum Verdict {
    /// It is passed on.
    Pass,
    /// The process is killed, and the write never arrives.
    KillBefore,
    /// The write arrives, and the process is killed before it hears of it.
    KillAfter,
    /// The process is stopped; its write arrives when this is told to go on.
    StopUntil(Arc<Mutex<mpsc::Receiver<()>>>),
}

type Decide = Arc<dyn Fn() -> Verdict + Send + Sync>;
/// The process's id, as soon as there is one.
type Held = Arc<OnceLock<u32>>;

/// Stands before `upstream`; gives its own address.
pub(crate) fn start(upstream: &str, decide: Decide, held: Held) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let upstream = upstream.trim_start_matches("http://").trim_end_matches('/').to_owned();
    std::thread::spawn(move || {
        for connection in listener.incoming().flatten() {
            let (upstream, decide, held) = (upstream.clone(), Arc::clone(&decide), Arc::clone(&held));
            std::thread::spawn(move || pass(&connection, &upstream, &decide, &held));
        }
    });
    format!("http://{address}")
}

fn pass(client: &TcpStream, upstream: &str, decide: &Decide, held: &Held) -> Option<()> {
    let mut server = TcpStream::connect(upstream).ok()?;
    let (mut back, mut answers) = (client.try_clone().ok()?, server.try_clone().ok()?);
    let relay = Arc::new(Mutex::new(true));
    let relays = Arc::clone(&relay);
    let (heard, hears) = mpsc::channel();
    std::thread::spawn(move || {
        let mut buffer = [0; 16_384];
        while let Ok(read) = answers.read(&mut buffer) {
            let _ = heard.send(());
            if read == 0 || !*relays.lock().unwrap() || back.write_all(&buffer[..read]).is_err() {
                break;
            }
        }
        drop(back.shutdown(Shutdown::Both));
    });
    let mut requests = BufReader::new(client.try_clone().ok()?);
    while let Some(request) = Message::read(&mut requests) {
        let dynamodb = header(&request.head, "x-amz-target").is_some_and(|target| target.ends_with("transactwriteitems"));
        let verdict = if dynamodb || request.head.starts_with("PUT ") { decide() } else { Verdict::Pass };
        match verdict {
            Verdict::Pass => server.write_all(&request.raw).ok()?,
            Verdict::KillBefore => {
                crate::signal(*held.wait(), "-KILL");
                return None;
            }
            Verdict::KillAfter => {
                *relay.lock().unwrap() = false;
                while hears.try_recv().is_ok() {}
                server.write_all(&request.raw).ok()?;
                // The answer says that the write is there; it goes no further.
                let _ = hears.recv();
                crate::signal(*held.wait(), "-KILL");
                return None;
            }
            Verdict::StopUntil(go) => {
                crate::signal(*held.wait(), "-STOP");
                let _ = go.lock().unwrap().recv();
                server.write_all(&request.raw).ok()?;
            }
        }
    }
    *relay.lock().unwrap() = false;
    drop(server.shutdown(Shutdown::Both));
    Some(())
}
