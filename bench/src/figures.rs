//! What a run says: one JSON line a figure, printed and kept, and a table for people.

use serde_json::{Value, json};
use std::fs::File;
use std::io::Write;
use std::path::Path;

/// One measured figure, and what it is held against.
pub struct Figure {
    pub name: &'static str,
    pub value: f64,
    pub unit: &'static str,
    pub against: Option<Against>,
}

pub struct Against {
    pub what: &'static str,
    pub value: f64,
    pub goal: Goal,
}

/// What the ratio of a figure to what it is held against has to be.
#[derive(Clone, Copy)]
pub enum Goal {
    AtLeast(f64),
    AtMost(f64),
    /// For comparison only.
    None,
}

impl Goal {
    fn words(self) -> String {
        match self {
            Goal::AtLeast(ratio) => format!("≥ {}", short(ratio)),
            Goal::AtMost(ratio) => format!("≤ {}", short(ratio)),
            Goal::None => "–".to_owned(),
        }
    }

    fn met(self, ratio: f64) -> &'static str {
        match self {
            Goal::AtLeast(least) if ratio < least => "missed",
            Goal::AtMost(most) if ratio > most => "missed",
            Goal::AtLeast(_) | Goal::AtMost(_) => "met",
            Goal::None => "",
        }
    }
}

impl Figure {
    pub fn new(name: &'static str, value: f64, unit: &'static str) -> Figure {
        Figure {
            name,
            value,
            unit,
            against: None,
        }
    }

    pub fn against(mut self, what: &'static str, value: f64, goal: Goal) -> Figure {
        self.against = Some(Against { what, value, goal });
        self
    }

    fn ratio(&self) -> Option<f64> {
        self.against
            .as_ref()
            .map(|against| self.value / against.value)
    }

    fn line(&self) -> Value {
        json!({
            "figure": self.name,
            "value": rounded(self.value),
            "unit": self.unit,
            "against": self.against.as_ref().map(|against| json!({
                "what": against.what,
                "value": rounded(against.value),
                "goal": against.goal.words(),
                "outcome": self.ratio().map(|ratio| against.goal.met(ratio)),
            })),
            "ratio": self.ratio().map(rounded),
        })
    }

    fn row(&self) -> [String; 6] {
        let value = format!("{} {}", short(self.value), self.unit);
        let Some((against, ratio)) = self.against.as_ref().zip(self.ratio()) else {
            let none = String::new;
            return [self.name.to_owned(), value, none(), none(), none(), none()];
        };
        [
            self.name.to_owned(),
            value,
            format!("{}: {}", against.what, short(against.value)),
            short(ratio),
            against.goal.words(),
            against.goal.met(ratio).to_owned(),
        ]
    }
}

/// Three significant digits are as many as a measurement on a shared machine has.
fn rounded(value: f64) -> f64 {
    if value == 0.0 || !value.is_finite() {
        return value;
    }
    let scale = 10_f64.powi(3 - value.abs().log10().ceil() as i32);
    (value * scale).round() / scale
}

fn short(value: f64) -> String {
    rounded(value).to_string()
}

/// The middle of what was measured.
pub fn median(mut values: Vec<f64>) -> f64 {
    assert!(!values.is_empty(), "nothing was measured");
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// The value that so many of a hundred stay at or below.
pub fn percentile(mut values: Vec<f64>, percent: f64) -> f64 {
    assert!(!values.is_empty(), "nothing was measured");
    values.sort_by(f64::total_cmp);
    let place = (values.len() as f64 * percent / 100.0).ceil() as usize;
    values[place.clamp(1, values.len()) - 1]
}

/// Where the figures go.
pub struct Report {
    file: File,
    rows: Vec<[String; 6]>,
}

impl Report {
    pub fn begin(path: &Path) -> std::io::Result<Report> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let file = File::options().create(true).append(true).open(path)?;
        Ok(Report {
            file,
            rows: Vec::new(),
        })
    }

    pub fn add(&mut self, figure: Figure) {
        let line = figure.line().to_string();
        println!("{line}");
        // A figure that was printed but not kept would be missing from the README unseen.
        writeln!(self.file, "{line}").expect("the figure cannot be kept");
        self.rows.push(figure.row());
    }

    /// The table for people.
    pub fn print(&self) {
        let heading = ["figure", "value", "against", "ratio", "goal", ""].map(str::to_owned);
        let rows: Vec<&[String; 6]> = std::iter::once(&heading).chain(&self.rows).collect();
        let width = |column: usize| {
            let widths = rows.iter().map(|row| row[column].chars().count());
            widths.max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..heading.len()).map(width).collect();
        eprintln!();
        for row in rows {
            let cells: Vec<String> = row
                .iter()
                .zip(&widths)
                .map(|(cell, width)| format!("{cell:width$}"))
                .collect();
            eprintln!("{}", cells.join("  ").trim_end());
        }
    }
}
