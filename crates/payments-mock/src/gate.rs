//! The network's port: really open, or really closed.
//!
//! While it is closed the address stays bound without listening, so that
//! connections are refused by the system itself and nobody else can take the
//! port meanwhile.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::{Mutex, oneshot};
use tokio::task::{JoinHandle, JoinSet};

use crate::server::Host;
use crate::wire;

pub(crate) struct Gate {
    address: SocketAddr,
    state: Mutex<State>,
}

enum State {
    /// The socket that keeps the port; nothing if it could not be bound again.
    Closed(Option<TcpSocket>),
    Open {
        stop: oneshot::Sender<()>,
        accepting: JoinHandle<()>,
    },
}

impl Gate {
    /// Takes the address without opening it.
    pub(crate) fn take(address: SocketAddr) -> io::Result<Self> {
        let socket = bound(address)?;
        Ok(Self {
            address: socket.local_addr()?,
            state: Mutex::new(State::Closed(Some(socket))),
        })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) async fn open(&self, host: Arc<Host>) -> io::Result<()> {
        let mut state = self.state.lock().await;
        let State::Closed(socket) = &mut *state else {
            return Ok(());
        };
        let socket = match socket.take() {
            Some(socket) => socket,
            None => bound(self.address)?,
        };
        let listener = socket.listen(1_024)?;
        let (stop, stopped) = oneshot::channel();
        let accepting = tokio::spawn(accept(listener, host, stopped));
        *state = State::Open { stop, accepting };
        Ok(())
    }

    /// Closes the port and every connection that came through it: a connection
    /// kept alive by a client would otherwise go on working.
    pub(crate) async fn close(&self) -> io::Result<()> {
        let mut state = self.state.lock().await;
        if matches!(*state, State::Closed(_)) {
            return Ok(());
        }
        if let State::Open { stop, accepting } = std::mem::replace(&mut *state, State::Closed(None))
        {
            // The loop may have ended already; either way it is over afterwards.
            let _ = stop.send(());
            let _ = accepting.await;
        }
        *state = State::Closed(Some(bound(self.address)?));
        Ok(())
    }

    /// Ends everything without waiting, for a server that is simply dropped.
    pub(crate) fn abandon(&self) {
        if let Ok(state) = self.state.try_lock()
            && let State::Open { accepting, .. } = &*state
        {
            accepting.abort();
        }
    }
}

fn bound(address: SocketAddr) -> io::Result<TcpSocket> {
    let socket = TcpSocket::new_v4()?;
    // Connections of an earlier opening may still be fading away on this port.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    Ok(socket)
}

async fn accept(listener: TcpListener, host: Arc<Host>, mut stopped: oneshot::Receiver<()>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            _ = &mut stopped => break,
            accepted = listener.accept() => {
                // A client that went away again before it was accepted harms nobody.
                if let Ok((stream, _)) = accepted {
                    let host = Arc::clone(&host);
                    connections.spawn(async move {
                        // A broken connection is the client's to notice.
                        let _ = wire::converse(stream, |request| host.plan(request)).await;
                    });
                }
            }
            Some(_) = connections.join_next(), if !connections.is_empty() => {}
        }
    }
    drop(listener);
    connections.shutdown().await;
}
