//! Listening on loopback, and servers that end when they are dropped.

use std::net::{Ipv4Addr, SocketAddr};

use axum::Router;
use axum::serve::ListenerExt;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::LocalError;

/// Listens on a loopback port; 0 takes a free one. `option` is what sets the port, for the error's words.
pub(crate) async fn listen(port: u16, option: &'static str) -> Result<TcpListener, LocalError> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(|error| {
        let problem = match error.kind() {
            std::io::ErrorKind::AddrInUse => "another program listens on it".to_owned(),
            _ => error.to_string(),
        };
        LocalError::Port { port, option, problem }
    })
}

/// Listens on a free loopback port.
pub(crate) async fn listen_anywhere() -> Result<TcpListener, LocalError> {
    listen(0, "the system's settings").await
}

/// The address of a listener, such as `http://127.0.0.1:8300`.
pub(crate) fn url(listener: &TcpListener) -> String {
    listener.local_addr().map_or_else(|_| String::new(), |address| format!("http://{address}"))
}

/// A running server. Dropping it ends it at once.
pub(crate) struct Served {
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<()>,
}

impl Served {
    /// Runs a server that ends when the future it is given resolves.
    pub(crate) fn spawn<F, S>(server: S) -> Self
    where
        S: FnOnce(futures_util::future::BoxFuture<'static, ()>) -> F,
        F: Future<Output = ()> + Send + 'static,
    {
        let (stop, stopped) = oneshot::channel::<()>();
        let stopped = Box::pin(async move { drop(stopped.await) });
        Self { stop: Some(stop), task: tokio::spawn(server(stopped)) }
    }

    /// Serves a router; handlers can extract the caller's address.
    pub(crate) fn router(listener: TcpListener, router: Router) -> Self {
        let listener = listener.tap_io(|socket| {
            if let Err(error) = socket.set_nodelay(true) {
                tracing::debug!(%error, "no TCP_NODELAY");
            }
        });
        Self::spawn(|stopped| async move {
            let service = router.into_make_service_with_connect_info::<SocketAddr>();
            if let Err(error) = axum::serve(listener, service).with_graceful_shutdown(stopped).await {
                tracing::error!(%error, "a server ended");
            }
        })
    }

    /// Ends it: running requests may finish, for at most two seconds.
    pub(crate) async fn stop(mut self) {
        self.stop.take();
        if tokio::time::timeout(std::time::Duration::from_secs(2), &mut self.task).await.is_err() {
            tracing::debug!("a server was ended with requests under way");
        }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.task.abort();
    }
}
