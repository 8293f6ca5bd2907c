//! A process that is made to be killed: it opens a store, works, and says each thing once it is
//! done. What was heard from it was acknowledged.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

pub struct Mortal {
    child: Child,
    said: Receiver<String>,
}

impl Mortal {
    pub fn start(mut command: Command) -> Mortal {
        let mut child = command
            .stdout(Stdio::piped())
            .spawn()
            .expect("the process starts");
        let output = BufReader::new(child.stdout.take().expect("its pipe"));
        let (tell, said) = channel();
        // Ends with the process: its pipe closes.
        std::thread::spawn(move || {
            for line in output.split(b'\n').map_while(Result::ok) {
                let line = String::from_utf8_lossy(&line).into_owned();
                if tell.send(line).is_err() {
                    return;
                }
            }
        });
        Mortal { child, said }
    }

    /// Lets it live for so long, from its start or from when the store is open, kills it, and
    /// answers what it had said by then.
    pub fn killed_after(mut self, life: Duration, once_open: bool) -> Vec<String> {
        let mut said = Vec::new();
        if once_open {
            // It says so first of all.
            said.push(self.said.recv().expect("it opens the store"));
        }
        let end = Instant::now() + life;
        loop {
            match self
                .said
                .recv_timeout(end.saturating_duration_since(Instant::now()))
            {
                Ok(line) => said.push(line),
                Err(RecvTimeoutError::Timeout) => break,
                Err(RecvTimeoutError::Disconnected) => {
                    panic!("it ended by itself: {said:?}")
                }
            }
        }
        self.child.kill().expect("it can be killed");
        self.child.wait().expect("it ends");
        said.extend(self.said.iter());
        said
    }

    /// Lets it live until it ends by itself, which it has to do well.
    pub fn lives_to_its_end(mut self) -> Vec<String> {
        let said: Vec<String> = self.said.iter().collect();
        let ended = self.child.wait().expect("it ends");
        assert!(ended.success(), "{ended}: {said:?}");
        said
    }
}

/// One whole line, out of this process before anything else happens: what is said here was
/// acknowledged.
pub fn say(line: &str) {
    let mut output = std::io::stdout().lock();
    let written = output
        .write_all(format!("{line}\n").as_bytes())
        .and_then(|()| output.flush());
    if written.is_err() {
        std::process::exit(3);
    }
}
