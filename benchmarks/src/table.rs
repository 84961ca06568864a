//! Tables as Markdown that is also readable in a terminal.

use std::fmt::Write as _;

/// A table under construction; cells are padded when it is printed.
pub(crate) struct Table {
    title: String,
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(crate) fn titled(title: impl Into<String>) -> Self {
        Self { title: title.into(), rows: Vec::new() }
    }

    pub(crate) fn row(&mut self, first: &str, rest: impl IntoIterator<Item = String>) {
        self.rows.push(std::iter::once(first.to_owned()).chain(rest).collect());
    }

    /// The number of rows, including the head.
    pub(crate) fn rows(&self) -> usize {
        self.rows.len()
    }

    /// The number of columns, including the names of rows.
    pub(crate) fn columns(&self) -> usize {
        self.rows.first().map_or(0, Vec::len)
    }

    pub(crate) fn markdown(&self) -> String {
        let columns = self.columns();
        let width = |column: usize| {
            self.rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..columns).map(width).collect();
        let mut text = format!("## {}\n\n", self.title);
        for (index, row) in self.rows.iter().enumerate() {
            for (cell, width) in row.iter().zip(&widths) {
                let _ = write!(text, "| {cell:width$} ");
            }
            text.push_str("|\n");
            if index == 0 {
                for (column, width) in widths.iter().enumerate() {
                    let right = if column == 0 { '-' } else { ':' };
                    let _ = write!(text, "|{}{right}", "-".repeat(width + 1));
                }
                text.push_str("|\n");
            }
        }
        text
    }
}
