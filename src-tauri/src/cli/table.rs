//! Text tables with aligned columns.

/// How a column stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    Left,
    Right,
}

/// Rows under their headings, two blanks between columns, nothing after the last.
pub fn table(columns: &[(&str, Align)], rows: &[Vec<String>]) -> String {
    let width = |column: usize, heading: &str| {
        rows.iter()
            .filter_map(|row| row.get(column))
            .map(|cell| cell.chars().count())
            .chain([heading.chars().count()])
            .max()
            .unwrap_or(0)
    };
    let widths: Vec<usize> = columns
        .iter()
        .enumerate()
        .map(|(column, (heading, _))| width(column, heading))
        .collect();
    let print = |cells: Vec<&str>| {
        let mut line = String::new();
        for ((cell, width), (_, align)) in cells.into_iter().zip(&widths).zip(columns) {
            let padding = " ".repeat(width.saturating_sub(cell.chars().count()));
            match align {
                Align::Left => line.push_str(&format!("{cell}{padding}  ")),
                Align::Right => line.push_str(&format!("{padding}{cell}  ")),
            }
        }
        line.trim_end().to_owned()
    };
    let mut lines = vec![print(columns.iter().map(|(heading, _)| *heading).collect())];
    lines.extend(
        rows.iter()
            .map(|row| print(row.iter().map(String::as_str).collect())),
    );
    lines.join("\n")
}

/// Names and what they stand for, one a line; without a value the line is left out.
pub fn facts(facts: &[(&str, String)]) -> String {
    let told: Vec<&(&str, String)> = facts
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .collect();
    let width = told
        .iter()
        .map(|(name, _)| name.chars().count())
        .max()
        .unwrap_or(0);
    let print = |(name, value): &&(&str, String)| {
        let padding = " ".repeat(width.saturating_sub(name.chars().count()));
        format!("{name}{padding}  {value}")
    };
    told.iter().map(print).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned() {
        let columns = [("Name", Align::Left), ("Owed", Align::Right)];
        let rows = [
            vec!["Zoë".to_owned(), "1.00".to_owned()],
            vec!["Bartholomew".to_owned(), "1,234.00".to_owned()],
        ];
        let expected = "Name             Owed\nZoë              1.00\nBartholomew  1,234.00";
        assert_eq!(table(&columns, &rows), expected);
        assert_eq!(table(&columns, &[]), "Name  Owed");
    }

    #[test]
    fn facts_without_a_value_are_left_out() {
        let shown = facts(&[
            ("a", "1".into()),
            ("long", String::new()),
            ("bcd", "2".into()),
        ]);
        assert_eq!(shown, "a    1\nbcd  2");
    }
}
