//! The network behind a real port, and its control port beside it.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::books::BooksView;
use crate::calendar::DAY_MS;
use crate::clock::{Clock, ClockMode, machine_now_ms};
use crate::control;
use crate::exchange::{Delivery, Outcome, Plan, Request};
use crate::faults::{Fault, InvalidFault};
use crate::gate::Gate;
use crate::network::{Network, Settings};
use crate::state_file;

/// How a server is started.
#[derive(Debug, Clone)]
pub struct Config {
    /// The network's own settings.
    pub settings: Settings,
    /// The port on 127.0.0.1; 0 takes a free one.
    pub port: u16,
    /// The control port on 127.0.0.1; 0 takes a free one.
    pub control_port: u16,
    /// Which clock.
    pub clock: ClockMode,
    /// The instant at which a virtual clock starts.
    pub start_ms: i64,
    /// Where the books are kept; nowhere if not given.
    pub state: Option<PathBuf>,
    /// Start with the port closed.
    pub down: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            settings: Settings::default(),
            port: 0,
            control_port: 0,
            clock: ClockMode::Real,
            start_ms: machine_now_ms(),
            state: None,
            down: false,
        }
    }
}

/// The network and its clock, which are only ever looked at together.
struct World {
    network: Network,
    clock: Clock,
}

/// What the two ports share.
pub(crate) struct Host {
    world: Mutex<World>,
    state: Option<PathBuf>,
    gate: Gate,
}

impl Host {
    pub(crate) fn address(&self) -> SocketAddr {
        self.gate.address()
    }

    /// One step of the network at the present time. What it changed is on disk
    /// before anybody hears of it.
    pub(crate) fn step<R>(&self, act: impl FnOnce(&mut Network, &mut Clock) -> R) -> io::Result<R> {
        let mut world = self.lock();
        let World { network, clock } = &mut *world;
        network.advance(clock.now_ms());
        let result = act(network, clock);
        network.advance(clock.now_ms());
        if let Some(path) = &self.state
            && network.take_changed()
            && let Err(error) = state_file::save(path, network, *clock)
        {
            // The next step tries again rather than taking this one for saved.
            network.mark_changed();
            return Err(error);
        }
        Ok(result)
    }

    /// A panic leaves the network between two of its steps at worst; the mock
    /// goes on with what it has, as its tests check the books anyway.
    fn lock(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a request from the wire. Keeping the books on disk blocks, so it
    /// is done aside; and a client that goes away cannot interrupt it there.
    pub(crate) fn plan(self: &Arc<Self>, request: Request) -> impl Future<Output = Plan> + use<> {
        let host = Arc::clone(self);
        async move {
            if host.state.is_none() {
                return host.plan_now(&request);
            }
            tokio::task::spawn_blocking(move || host.plan_now(&request))
                .await
                .unwrap_or_else(|error| failed(&error.to_string()))
        }
    }

    fn plan_now(&self, request: &Request) -> Plan {
        self.step(|network, clock| network.handle(clock.now_ms(), request))
            .unwrap_or_else(|error| failed(&error.to_string()))
    }

    /// Opens or closes the port as the network says.
    pub(crate) async fn match_gate(self: &Arc<Self>) -> io::Result<()> {
        let reachable = self.lock().network.is_reachable();
        if reachable {
            self.gate.open(Arc::clone(self)).await
        } else {
            self.gate.close().await
        }
    }
}

fn failed(why: &str) -> Plan {
    Plan {
        answer: Outcome::problem(500, "books_not_kept", why).into_answer(),
        delivery: Delivery::Whole,
    }
}

/// A server that runs. Dropping it ends it at once; [`Running::stop`] waits
/// until it has ended.
pub struct Running {
    /// Where the network listens.
    pub addr: SocketAddr,
    /// Where `/sim/*` listens.
    pub control: SocketAddr,
    host: Arc<Host>,
    stop_control: Option<oneshot::Sender<()>>,
    controlling: JoinHandle<()>,
}

/// Starts a server on loopback.
///
/// # Errors
/// When a port is taken or the kept books cannot be read.
pub async fn spawn(config: Config) -> io::Result<Running> {
    let kept = match &config.state {
        Some(path) => state_file::load(path)?,
        None => None,
    };
    let start_ms = match config.clock {
        ClockMode::Real => machine_now_ms(),
        ClockMode::Virtual => config.start_ms,
    };
    let fresh = Clock::starting(config.clock, start_ms);
    let (mut network, clock) = match kept {
        Some((network, clock)) => {
            let same_kind = clock.mode() == config.clock;
            let clock = if same_kind { clock } else { fresh };
            let clock = clock.not_before(network.now_ms());
            (network.with_settings(config.settings), clock)
        }
        None => (Network::new(config.settings, start_ms), fresh),
    };
    network.set_reachable(!config.down);

    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, config.control_port)).await?;
    let control = listener.local_addr()?;
    let host = Arc::new(Host {
        world: Mutex::new(World { network, clock }),
        state: config.state,
        gate: Gate::take((Ipv4Addr::LOCALHOST, config.port).into())?,
    });
    host.match_gate().await?;

    let (stop_control, stopped) = oneshot::channel();
    let router = control::router(Arc::clone(&host));
    let controlling = tokio::spawn(async move {
        tokio::select! {
            _ = stopped => {}
            _ = axum::serve(listener, router) => {}
        }
    });
    Ok(Running {
        addr: host.address(),
        control,
        host,
        stop_control: Some(stop_control),
        controlling,
    })
}

impl Running {
    /// The network's address as a client is told it.
    pub fn url(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// The books, with everything that is due by now.
    ///
    /// # Errors
    /// When the books cannot be kept on disk, as in every call below.
    pub fn books(&self) -> io::Result<BooksView> {
        self.host.step(|network, _| network.books_view())
    }

    /// Looks at the network itself, or changes it.
    pub fn with_network<R>(&self, act: impl FnOnce(&mut Network) -> R) -> io::Result<R> {
        self.host.step(|network, _| act(network))
    }

    /// Puts a fault down; `refuse` closes the port.
    pub async fn add_fault(&self, fault: Fault) -> io::Result<Result<u64, InvalidFault>> {
        let added = self.host.step(|network, _| network.add_fault(fault))?;
        self.host.match_gate().await?;
        Ok(added)
    }

    /// Removes every fault and opens the port.
    pub async fn clear_faults(&self) -> io::Result<()> {
        self.host.step(|network, _| network.clear_faults())?;
        self.host.match_gate().await
    }

    /// Closes the port: connections are refused, and those there are end.
    pub async fn down(&self) -> io::Result<()> {
        self.host.step(|network, _| network.set_reachable(false))?;
        self.host.match_gate().await
    }

    /// Opens the port again.
    pub async fn up(&self) -> io::Result<()> {
        self.host.step(|network, _| network.set_reachable(true))?;
        self.host.match_gate().await
    }

    /// Puts the clock forward; what is due by then happens.
    pub fn advance_ms(&self, by_ms: i64) -> io::Result<()> {
        self.host.step(|network, clock| {
            clock.put_forward_to(clock.now_ms().saturating_add(by_ms));
            network.mark_changed();
        })
    }

    /// Puts the clock forward by whole days.
    pub fn advance_days(&self, days: i64) -> io::Result<()> {
        self.advance_ms(days.saturating_mul(DAY_MS))
    }

    /// Ends the server and waits until it has ended.
    ///
    /// # Errors
    /// When the port could not be closed in order.
    pub async fn stop(mut self) -> io::Result<()> {
        if let Some(stop) = self.stop_control.take() {
            // If nobody listens any more, it has ended already.
            let _ = stop.send(());
        }
        let closed = self.host.gate.close().await;
        let _ = (&mut self.controlling).await;
        closed
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.controlling.abort();
        self.host.gate.abandon();
    }
}

#[cfg(test)]
mod tests;
