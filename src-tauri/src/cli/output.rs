//! Where answers go: one writer that never panics on a closed pipe.

use serde::Serialize;
use std::io::{self, BufWriter, Write};

pub struct Output {
    to: BufWriter<Box<dyn Write>>,
    pub json: bool,
}

impl Output {
    pub fn new(to: Box<dyn Write>, json: bool) -> Output {
        Output {
            to: BufWriter::new(to),
            json,
        }
    }

    pub fn line(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.to, "{text}")
    }

    /// Text that ends its lines itself.
    pub fn text(&mut self, text: &str) -> io::Result<()> {
        self.to.write_all(text.as_bytes())
    }

    /// One JSON value on a line of its own.
    pub fn value<T: Serialize>(&mut self, value: &T) -> io::Result<()> {
        serde_json::to_writer(&mut self.to, value)?;
        self.to.write_all(b"\n")
    }

    /// For people who read schemas.
    pub fn pretty<T: Serialize>(&mut self, value: &T) -> io::Result<()> {
        serde_json::to_writer_pretty(&mut self.to, value)?;
        self.to.write_all(b"\n")
    }

    pub fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}
